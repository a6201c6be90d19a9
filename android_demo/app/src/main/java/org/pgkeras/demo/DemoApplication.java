package org.pgkeras.demo;

import android.app.Application;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.pgkeras.demo.core.Catalogue;
import org.pgkeras.demo.core.Drawn;
import org.pgkeras.demo.core.Face;
import org.pgkeras.demo.core.Interpreter;
import org.pgkeras.demo.core.Model;
import org.pgkeras.demo.core.ModelFiles;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Painter;
import org.pgkeras.demo.core.Subject;
import org.pgkeras.demo.core.TfLiteInterpreter;
import org.pgkeras.demo.core.Work;

/** What the screens share: one painter, on one thread of its own, and the models it can use. */
public class DemoApplication extends Application {
    private Executor worker;
    private Painter painter;
    private Work<Catalogue> catalogue;

    @Override
    public void onCreate() {
        super.onCreate();
        worker = Executors.newSingleThreadExecutor();
        painter = new Painter(files(), runtime());
        catalogue = newWork();
        catalogue.start(new OpenCatalogue(this, painter, catalogue));
    }

    /** The models; the first is known soon after the app's start, and others follow once they are tested. */
    Work<Catalogue> catalogue() {
        return catalogue;
    }

    /** Work for the painter's thread. */
    <Result> Work<Result> newWork() {
        return new Work<>(worker, getMainExecutor());
    }

    Executor worker() {
        return worker;
    }

    Work.Task<Face> drawing(final Model model, final Subject subject) {
        return new Work.Task<Face>() {
            @Override
            public Face run() throws ModelProblem {
                return Face.draw(painter, model, subject);
            }
        };
    }

    /** Of a latent that no seed gives, with a subject's class and truncation. */
    Work.Task<Drawn> drawing(final Model model, final Subject subject, final float[] latent) {
        return new Work.Task<Drawn>() {
            @Override
            public Drawn run() throws ModelProblem {
                return painter.draw(model, subject.label, latent, subject.truncation);
            }
        };
    }

    /** Where the exported folder is; tests have another. */
    protected ModelFiles files() {
        return new AssetModelFiles(getAssets());
    }

    /** What runs the models; tests have another. */
    protected Interpreter.Factory runtime() {
        return new TfLiteInterpreter.Factory();
    }
}
