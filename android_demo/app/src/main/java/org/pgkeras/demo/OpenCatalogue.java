package org.pgkeras.demo;

import android.content.Context;
import android.content.SharedPreferences;
import android.content.pm.PackageManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pgkeras.demo.core.Catalogue;
import org.pgkeras.demo.core.Model;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Painter;
import org.pgkeras.demo.core.Work;

/**
 * Opens the catalogue. Each model that has not passed the self-test since the app was installed or updated is tested by
 * a task of its own, so that nobody waits for more than one.
 */
final class OpenCatalogue implements Work.Task<Catalogue> {
    private static final String PREFERENCES = "self-test"; // by model, the installation in which it passed

    private final Context context;
    private final Painter painter;
    private final Work<Catalogue> work;
    private final Catalogue before;

    /** @param work that runs this task, and then those for further models. */
    OpenCatalogue(Context context, Painter painter, Work<Catalogue> work) {
        this(context, painter, work, null);
    }

    private OpenCatalogue(Context context, Painter painter, Work<Catalogue> work, Catalogue before) {
        this.context = context;
        this.painter = painter;
        this.work = work;
        this.before = before;
    }

    @Override
    public Catalogue run() throws ModelProblem {
        Catalogue catalogue = before == null ? Catalogue.of(painter.manifest(), passed()) : before;
        Model model = catalogue.next();
        if (model != null) {
            catalogue = catalogue.test(painter);
            if (catalogue.models.contains(model)) {
                preferences().edit().putLong(model.file, installationTime()).apply();
            }
        }
        if (catalogue.next() != null) {
            startAnother(catalogue);
        }
        return catalogue;
    }

    /** The work begins it when this one is done, after what the screen has drawn then. */
    private void startAnother(final Catalogue catalogue) {
        context.getMainExecutor().execute(new Runnable() {
            @Override
            public void run() {
                work.start(new OpenCatalogue(context, painter, work, catalogue));
            }
        });
    }

    private List<String> passed() {
        List<String> files = new ArrayList<>();
        for (Map.Entry<String, ?> entry : preferences().getAll().entrySet()) {
            if (entry.getValue().equals(installationTime())) {
                files.add(entry.getKey());
            }
        }
        return files;
    }

    private SharedPreferences preferences() {
        return context.getSharedPreferences(PREFERENCES, Context.MODE_PRIVATE);
    }

    private long installationTime() {
        try {
            return context.getPackageManager().getPackageInfo(context.getPackageName(), 0).lastUpdateTime;
        } catch (PackageManager.NameNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
