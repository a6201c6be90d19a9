package org.pgkeras.demo;

import android.content.Context;
import android.widget.TextView;
import android.view.View;
import java.util.Collections;
import java.util.List;
import org.pgkeras.demo.core.Drawn;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.Subject;

/** Words for what happened. */
final class Messages {
    private Messages() {}

    static String of(Context context, ModelProblem problem) {
        switch (problem.kind()) {
            case MISSING:
                return context.getString(R.string.problem_missing, problem.file());
            case DAMAGED:
                return context.getString(R.string.problem_damaged, problem.file());
            case TOO_NEW:
                return context.getString(R.string.problem_too_new, problem.file());
            case DOES_NOT_RUN:
                return context.getString(R.string.problem_does_not_run, problem.file());
            case WRONG_PICTURE:
                return context.getString(R.string.problem_wrong_picture, problem.file());
            default:
                throw new AssertionError(problem.kind());
        }
    }

    static void show(TextView view, ModelProblem problem) {
        show(view, Collections.singletonList(problem));
    }

    /** Shows a line for each problem; no problem hides the view. */
    static void show(TextView view, List<ModelProblem> problems) {
        StringBuilder text = new StringBuilder();
        for (ModelProblem problem : problems) {
            text.append(text.length() == 0 ? "" : "\n").append(of(view.getContext(), problem));
        }
        view.setText(text);
        view.setVisibility(problems.isEmpty() ? View.GONE : View.VISIBLE);
    }

    /** Which face a picture shows. */
    static String of(Context context, Subject subject) {
        return subject.face == null
                ? context.getString(R.string.face_of_seed, subject.seed)
                : context.getString(R.string.face_named, subject.face.name);
    }

    /** The size of a picture and the time it took. */
    static String of(Context context, Drawn drawn) {
        return context.getString(R.string.drawn, drawn.picture.side, drawn.milliseconds);
    }
}
