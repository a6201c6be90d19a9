package org.pgkeras.demo.core;

/** A subject, drawn. */
public final class Face {
    public final Subject subject;
    public final Drawn drawn;

    private Face(Subject subject, Drawn drawn) {
        this.subject = subject;
        this.drawn = drawn;
    }

    /** Draws a subject with a model of its resolution. */
    public static Face draw(Painter painter, Model model, Subject subject) throws ModelProblem {
        return new Face(subject, painter.draw(model, subject.label, subject.latent(model), subject.truncation));
    }
}
