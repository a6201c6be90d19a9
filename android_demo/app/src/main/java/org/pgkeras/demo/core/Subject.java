package org.pgkeras.demo.core;

/** What to draw. */
public final class Subject {
    /** Asks for the largest there is. */
    public static final int LARGEST = Integer.MAX_VALUE;

    /** Side of the picture in pixels. */
    public final int resolution;

    /** Index of the class; ignored by models without labels. */
    public final int label;

    /** From 0 to 2^32 - 1. */
    public final long seed;

    /** From 0, always the average picture, to 1, all of the variety; ignored by models that cannot truncate. */
    public final float truncation;

    public Subject(int resolution, int label, long seed, float truncation) {
        this.resolution = resolution;
        this.label = label;
        this.seed = seed;
        this.truncation = truncation;
    }

    public Subject withSeed(long other) {
        return new Subject(resolution, label, other, truncation);
    }

    public Subject withTruncation(float other) {
        return new Subject(resolution, label, seed, other);
    }

    /** The same face by another model; a class that the model does not have becomes its first. */
    public Subject by(Model model, int newLabel) {
        boolean known = newLabel >= 0 && newLabel < model.labels.size();
        return new Subject(model.resolution, known ? newLabel : 0, seed, truncation);
    }
}
