package org.pgkeras.demo;

import android.os.Bundle;
import android.view.View;
import android.widget.EditText;
import android.widget.SeekBar;
import java.util.Random;
import org.pgkeras.demo.core.Drawn;
import org.pgkeras.demo.core.Latents;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Seeds;
import org.pgkeras.demo.core.Work;

/** A way through latent space, from one face to another. */
public final class WalkActivity extends Screen<Work<Drawn>> {
    private static final String DESTINATION = "destination";
    private static final String POSITION = "position";

    private long destination;
    private SeedField fromField;
    private SeedField destinationField;
    private SeekBar slider;
    private PixelView picture;

    public WalkActivity() {
        super(R.layout.walk, R.id.from, R.id.destination, R.id.slider, R.id.new_walk);
    }

    @Override
    Work<Drawn> newPending() {
        return demo.newWork();
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        destination = state == null ? Seeds.random(new Random()) : state.getLong(DESTINATION);
        picture = findViewById(R.id.picture);
        slider = findViewById(R.id.slider);
        slider.setProgress(state == null ? 0 : state.getInt(POSITION));
        connect();
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putLong(DESTINATION, destination);
        state.putInt(POSITION, slider.getProgress());
    }

    @Override
    void show() {
        fromField.hint(subject);
        if (pending.isNew()) {
            showSeeds();
            draw();
        }
        pending.observe(watchPicture);
    }

    @Override
    void ignore() {
        pending.ignore(watchPicture);
    }

    private void connect() {
        fromField = new SeedField((EditText) findViewById(R.id.from), new SeedField.Listener() {
            @Override
            public void onSeed(long seed) {
                subject = subject.withSeed(seed);
                fromField.show(subject);
                draw();
            }
        });
        destinationField = new SeedField((EditText) findViewById(R.id.destination), new SeedField.Listener() {
            @Override
            public void onSeed(long seed) {
                destination = seed;
                destinationField.show(destination);
                draw();
            }
        });
        findViewById(R.id.new_walk).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                Random random = new Random();
                subject = subject.withSeed(Seeds.random(random));
                destination = Seeds.random(random);
                showSeeds();
                draw();
            }
        });
        slider.setOnSeekBarChangeListener(new SeekBar.OnSeekBarChangeListener() {
            @Override
            public void onProgressChanged(SeekBar bar, int progress, boolean byUser) {
                if (byUser) {
                    fromField.submitTyped();
                    destinationField.submitTyped();
                    draw();
                }
            }

            @Override
            public void onStartTrackingTouch(SeekBar bar) {}

            @Override
            public void onStopTrackingTouch(SeekBar bar) {}
        });
    }

    private void showSeeds() {
        fromField.show(subject);
        destinationField.show(destination);
    }

    private void draw() {
        float[] start = subject.latent(model);
        float[] end = Latents.ofSeed(destination, model.latentSize);
        double fraction = slider.getProgress() / (double) slider.getMax();
        pending.start(demo.drawing(model, subject, Latents.between(start, end, fraction)));
    }

    private final Work.Observer<Drawn> watchPicture = new Work.Observer<Drawn>() {
        @Override
        public void busy() {}

        @Override
        public void done(Drawn drawn) {
            reportModels();
            picture.setPicture(drawn.picture);
            status.setText(Messages.of(WalkActivity.this, drawn));
        }

        @Override
        public void failed(ModelProblem problem) {
            picture.setPicture(null);
            report(problem);
        }
    };
}
