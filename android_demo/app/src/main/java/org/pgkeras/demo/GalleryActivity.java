package org.pgkeras.demo;

import android.content.Intent;
import android.os.Bundle;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import java.util.ArrayList;
import java.util.List;
import org.pgkeras.demo.core.Face;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Seeds;
import org.pgkeras.demo.core.Work;

/** Nine faces of seeds that follow each other; a tap on one opens it large. */
public final class GalleryActivity extends Screen<List<Work<Face>>> {
    private static final int ROWS = 3;
    private static final int COLUMNS = 3;
    private static final int FACES = ROWS * COLUMNS;

    private final List<Work.Observer<Face>> watchers = new ArrayList<>();

    public GalleryActivity() {
        super(R.layout.gallery, R.id.more);
    }

    @Override
    List<Work<Face>> newPending() {
        List<Work<Face>> works = new ArrayList<>();
        for (int i = 0; i < FACES; i++) {
            works.add(demo.<Face>newWork());
        }
        return works;
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        addCells((ViewGroup) findViewById(R.id.rows));
        findViewById(R.id.more).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                subject = subject.withSeed(Seeds.after(subject.seed, FACES));
                draw();
            }
        });
    }

    @Override
    void show() {
        if (pending.get(0).isNew()) {
            draw();
        }
        for (int i = 0; i < FACES; i++) {
            pending.get(i).observe(watchers.get(i));
        }
    }

    @Override
    void ignore() {
        for (int i = 0; i < FACES; i++) {
            pending.get(i).ignore(watchers.get(i));
        }
    }

    private void addCells(ViewGroup rows) {
        LayoutInflater inflater = getLayoutInflater();
        for (int row = 0; row < ROWS; row++) {
            ViewGroup line = (ViewGroup) inflater.inflate(R.layout.gallery_row, rows, false);
            rows.addView(line);
            for (int column = 0; column < COLUMNS; column++) {
                PixelView cell = (PixelView) inflater.inflate(R.layout.gallery_cell, line, false);
                line.addView(cell);
                watchers.add(new Watcher(cell));
            }
        }
    }

    private void draw() {
        reportModels();
        for (int i = 0; i < FACES; i++) {
            pending.get(i).start(demo.drawing(model, subject.withSeed(Seeds.after(subject.seed, i))));
        }
    }

    private final class Watcher implements Work.Observer<Face> {
        private final PixelView cell;

        Watcher(PixelView cell) {
            this.cell = cell;
        }

        @Override
        public void busy() {
            status.setText(R.string.drawing);
        }

        @Override
        public void done(final Face face) {
            status.setText(Messages.of(GalleryActivity.this, face.drawn));
            cell.setPicture(face.drawn.picture);
            cell.setContentDescription(getString(R.string.enlarge_face_of_seed, face.subject.seed));
            cell.setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    Intent enlarge = new Intent(GalleryActivity.this, FaceActivity.class);
                    startActivity(enlarge.putExtras(SubjectBundle.of(face.subject)));
                }
            });
        }

        @Override
        public void failed(ModelProblem problem) {
            cell.setPicture(null);
            cell.setContentDescription(null);
            cell.setOnClickListener(null);
            cell.setClickable(false);
            report(problem);
        }
    }
}
