package org.pgkeras.demo;

import android.content.Context;
import org.pgkeras.demo.core.Catalogue;
import org.pgkeras.demo.core.Model;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Painter;
import org.pgkeras.demo.core.Work;

/**
 * Opens the catalogue. Each model that has not passed the self-test since the app was installed or updated is tested by
 * a task of its own, so that nobody waits for more than one. One that may have ended the process comes last.
 */
final class OpenCatalogue implements Work.Task<Catalogue> {
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
        TestRecord record = new TestRecord(context);
        Catalogue catalogue = before;
        if (catalogue == null) {
            catalogue = Catalogue.of(painter.manifest(), record.passed(), record.suspects(), record.fatal());
        }
        Model model = catalogue.next();
        boolean facesFirst = before == null && !catalogue.models.isEmpty();
        if (model != null && !facesFirst) {
            record.begin(model.file);
            catalogue = catalogue.test(painter);
            record.end(model.file, catalogue.models.contains(model));
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
}
