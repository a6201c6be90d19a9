package org.pgkeras.demo;

import android.content.Context;
import android.content.SharedPreferences;
import android.content.pm.PackageManager;
import org.pgkeras.demo.core.Catalogue;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Painter;
import org.pgkeras.demo.core.Work;

/** Opens the catalogue: with the self-test at the first start after each installation or update, until it passes. */
final class OpenCatalogue implements Work.Task<Catalogue> {
    private static final String PREFERENCES = "self-test";
    private static final String PASSED = "passed by the installation of";

    private final Context context;
    private final Painter painter;

    OpenCatalogue(Context context, Painter painter) {
        this.context = context;
        this.painter = painter;
    }

    @Override
    public Catalogue run() throws ModelProblem {
        SharedPreferences preferences = context.getSharedPreferences(PREFERENCES, Context.MODE_PRIVATE);
        long installed = installationTime();
        if (preferences.getLong(PASSED, -1) == installed) {
            return Catalogue.trusting(painter);
        }
        Catalogue catalogue = Catalogue.tested(painter);
        if (catalogue.problems.isEmpty()) {
            preferences.edit().putLong(PASSED, installed).apply();
        }
        return catalogue;
    }

    private long installationTime() {
        try {
            return context.getPackageManager().getPackageInfo(context.getPackageName(), 0).lastUpdateTime;
        } catch (PackageManager.NameNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
