package org.pgkeras.demo;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.TextView;
import org.pgkeras.demo.core.Catalogue;
import org.pgkeras.demo.core.Model;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Subject;
import org.pgkeras.demo.core.Work;

/**
 * What every screen has: a subject, the model that draws it once the catalogue is open, and pending work that goes on
 * when the screen is turned.
 *
 * @param <Pending> the work: one {@link Work} or more.
 */
abstract class Screen<Pending> extends Activity {
    private final int layout;
    private final int[] needsModel;
    private TextView message;
    DemoApplication demo;
    Pending pending;
    Subject subject;
    Catalogue catalogue;
    Model model;
    TextView status;

    /**
     * @param layout has the views message and status.
     * @param needsModel views that are of no use without a model.
     */
    Screen(int layout, int... needsModel) {
        this.layout = layout;
        this.needsModel = needsModel;
    }

    abstract Pending newPending();

    /** Shows the subject and watches its work: the screen is in front and the model known. */
    abstract void show();

    /** Stops watching. */
    abstract void ignore();

    @Override
    @SuppressWarnings({"unchecked", "deprecation"}) // what this class retained; the successor is a library's
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(layout);
        EdgeToEdge.keepClear(this);
        demo = (DemoApplication) getApplication();
        message = findViewById(R.id.message);
        status = findViewById(R.id.status);
        subject = SubjectBundle.read(Variety.remembered(this), state, getIntent().getExtras());
        Pending retained = (Pending) getLastNonConfigurationInstance();
        pending = retained == null ? newPending() : retained;
        enable(needsModel, false);
    }

    @Override
    protected void onStart() {
        super.onStart();
        demo.catalogue().observe(watchCatalogue);
    }

    @Override
    protected void onStop() {
        demo.catalogue().ignore(watchCatalogue);
        ignore();
        super.onStop();
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        SubjectBundle.write(subject, state);
    }

    @Override
    @SuppressWarnings("deprecation")
    public Object onRetainNonConfigurationInstance() {
        return pending;
    }

    void enable(int[] views, boolean enabled) {
        for (int view : views) {
            findViewById(view).setEnabled(enabled);
        }
    }

    /** Says why there is no picture. */
    void report(ModelProblem problem) {
        status.setText("");
        Messages.show(message, problem);
    }

    /** Says which models are left out, and nothing else any more. */
    void reportModels() {
        Messages.show(message, catalogue.problems);
    }

    private final Work.Observer<Catalogue> watchCatalogue = new Work.Observer<Catalogue>() {
        @Override
        public void busy() {
            status.setText(R.string.checking);
        }

        @Override
        public void done(Catalogue opened) {
            catalogue = opened;
            model = catalogue.find(subject.resolution);
            status.setText("");
            reportModels();
            enable(needsModel, model != null);
            if (model != null) {
                subject = subject.by(model, subject.label);
                show();
            }
        }

        @Override
        public void failed(ModelProblem problem) {
            report(problem);
        }
    };
}
