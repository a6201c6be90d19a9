package org.pgkeras.demo;

import android.view.KeyEvent;
import android.view.inputmethod.EditorInfo;
import android.view.inputmethod.InputMethodManager;
import android.widget.EditText;
import android.widget.TextView;
import org.pgkeras.demo.core.Seeds;
import org.pgkeras.demo.core.Subject;

/** A text field that shows a seed and takes another. */
final class SeedField {
    /** Who wants to know the seed that was typed. */
    interface Listener {
        void onSeed(long seed);
    }

    private final EditText field;
    private final Listener listener;
    private String shown;

    SeedField(EditText field, Listener listener) {
        this.field = field;
        this.listener = listener;
        field.setOnEditorActionListener(new TextView.OnEditorActionListener() {
            @Override
            public boolean onEditorAction(TextView view, int action, KeyEvent event) {
                boolean done = action == EditorInfo.IME_ACTION_DONE || action == EditorInfo.IME_NULL;
                if (done && (event == null || event.getAction() == KeyEvent.ACTION_DOWN)) {
                    submit();
                }
                return done;
            }
        });
    }

    void show(long seed) {
        show(String.valueOf(seed));
    }

    /** Where there is no seed: the name of the subject's face, if it has one. */
    void hint(Subject subject) {
        field.setHint(subject.face == null ? null : subject.face.name);
    }

    /** The subject's seed; instead of one, the name of its face, until a seed is typed. */
    void show(Subject subject) {
        hint(subject);
        show(subject.face == null ? String.valueOf(subject.seed) : "");
    }

    private void show(String text) {
        shown = text;
        field.setText(text);
        field.setError(null);
    }

    /** Submits what was typed since a seed was last shown. */
    void submitTyped() {
        String text = field.getText().toString();
        if (!text.isEmpty() && !text.equals(shown)) {
            submit();
        }
    }

    /** Passes the seed on, or says what a seed is. */
    void submit() {
        long seed = Seeds.parse(field.getText());
        if (seed < 0) {
            field.setError(field.getContext().getString(R.string.seed_range, Seeds.LARGEST));
            return;
        }
        field.getContext().getSystemService(InputMethodManager.class).hideSoftInputFromWindow(field.getWindowToken(), 0);
        listener.onSeed(seed);
    }
}
