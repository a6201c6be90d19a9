package org.pgkeras.demo;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.EditText;
import android.widget.SeekBar;
import android.widget.Spinner;
import android.widget.TextView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pgkeras.demo.core.Face;
import org.pgkeras.demo.core.Model;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.NamedFace;
import org.pgkeras.demo.core.Seeds;
import org.pgkeras.demo.core.Subject;
import org.pgkeras.demo.core.Work;

/** One face, large: generate, choose its resolution and seed, save and share it. */
public final class FaceActivity extends Screen<Work<Face>> {
    private static final int[] NEEDS_FACE = {R.id.save, R.id.share};

    private Face face;
    private SeedField seed;
    private Chooser named;
    private Chooser resolution;
    private Chooser label;
    private Variety variety;
    private PixelView picture;

    public FaceActivity() {
        super(
                R.layout.face,
                R.id.generate,
                R.id.show,
                R.id.gallery,
                R.id.walk,
                R.id.seed,
                R.id.named,
                R.id.resolution,
                R.id.label,
                R.id.variety);
    }

    @Override
    Work<Face> newPending() {
        return demo.newWork();
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        picture = findViewById(R.id.picture);
        connectChoices();
        connectVariety();
        connectButtons();
        enable(NEEDS_FACE, false);
    }

    @Override
    void show() {
        offerFaces();
        offerModels();
        seed.hint(subject);
        if (pending.isNew()) {
            draw(subject);
        }
        pending.observe(watchFace);
    }

    @Override
    void ignore() {
        pending.ignore(watchFace);
    }

    private void connectChoices() {
        seed = new SeedField((EditText) findViewById(R.id.seed), new SeedField.Listener() {
            @Override
            public void onSeed(long typed) {
                draw(subject.withSeed(typed));
            }
        });
        named = new Chooser((Spinner) findViewById(R.id.named), new Chooser.Listener() {
            @Override
            public void onChoice(int index) {
                boolean ofSeed = index == 0;
                draw(ofSeed ? subject.withSeed(subject.seed) : subject.withFace(catalogue.faces.get(index - 1)));
            }
        });
        resolution = new Chooser((Spinner) findViewById(R.id.resolution), new Chooser.Listener() {
            @Override
            public void onChoice(int index) {
                seed.submitTyped();
                model = catalogue.models.get(index);
                draw(subject.by(model, subject.label));
                offerChoices();
            }
        });
        label = new Chooser((Spinner) findViewById(R.id.label), new Chooser.Listener() {
            @Override
            public void onChoice(int index) {
                seed.submitTyped();
                draw(subject.by(model, index));
            }
        });
    }

    private void connectVariety() {
        SeekBar slider = findViewById(R.id.variety);
        TextView value = findViewById(R.id.variety_value);
        variety = new Variety(slider, value, new Variety.Listener() {
            @Override
            public void onTruncation(float truncation) {
                seed.submitTyped();
                Variety.remember(FaceActivity.this, truncation);
                draw(subject.withTruncation(truncation));
            }
        });
    }

    private void connectButtons() {
        findViewById(R.id.generate).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                draw(subject.withSeed(Seeds.random(new Random())));
            }
        });
        findViewById(R.id.show).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                seed.submit();
            }
        });
        saveOnClick(R.id.save, false);
        saveOnClick(R.id.share, true);
        openOnClick(R.id.gallery, GalleryActivity.class);
        openOnClick(R.id.walk, WalkActivity.class);
    }

    private void saveOnClick(int button, final boolean share) {
        findViewById(button).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                demo.worker().execute(new SavePicture(FaceActivity.this, face, share));
            }
        });
    }

    private void openOnClick(int button, final Class<? extends Activity> screen) {
        findViewById(button).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(new Intent(FaceActivity.this, screen).putExtras(SubjectBundle.of(subject)));
            }
        });
    }

    private void draw(Subject wanted) {
        subject = wanted;
        seed.show(subject);
        named.choose(indexOfFace());
        pending.start(demo.drawing(model, subject));
    }

    /** Those that only some models have. */
    private void offerChoices() {
        boolean any = !model.labels.isEmpty();
        findViewById(R.id.label_row).setVisibility(any ? View.VISIBLE : View.GONE);
        label.offer(model.labels, any ? subject.label : 0);
        findViewById(R.id.variety_row).setVisibility(model.truncation == null ? View.GONE : View.VISIBLE);
        variety.show(subject.truncation);
    }

    private void offerFaces() {
        List<String> names = new ArrayList<>();
        names.add(getString(R.string.of_the_seed));
        for (NamedFace each : catalogue.faces) {
            names.add(each.name);
        }
        findViewById(R.id.named_row).setVisibility(catalogue.faces.isEmpty() ? View.GONE : View.VISIBLE);
        named.offer(names, indexOfFace());
    }

    /** In the list of the seed's face and those with names. */
    private int indexOfFace() {
        for (int i = 0; subject.face != null && i < catalogue.faces.size(); i++) {
            if (catalogue.faces.get(i).name.equals(subject.face.name)) {
                return i + 1;
            }
        }
        return 0;
    }

    private void offerModels() {
        List<String> names = new ArrayList<>();
        for (Model each : catalogue.models) {
            names.add(getString(R.string.resolution_name, each.resolution));
        }
        resolution.offer(names, catalogue.models.indexOf(model));
        offerChoices();
    }

    private final Work.Observer<Face> watchFace = new Work.Observer<Face>() {
        @Override
        public void busy() {
            status.setText(R.string.drawing);
        }

        @Override
        public void done(Face drawn) {
            face = drawn;
            reportModels();
            picture.setPicture(face.drawn.picture);
            picture.setContentDescription(Messages.of(FaceActivity.this, face.subject));
            status.setText(Messages.of(FaceActivity.this, face.drawn));
            enable(NEEDS_FACE, true);
        }

        @Override
        public void failed(ModelProblem problem) {
            face = null;
            picture.setPicture(null);
            picture.setContentDescription(null);
            enable(NEEDS_FACE, false);
            report(problem);
        }
    };
}
