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

    /** Drawn instead of the seed's; null for the seed's. */
    public final NamedFace face;

    /** From 0, always the average picture, to 1, all of the variety; ignored by models that cannot truncate. */
    public final float truncation;

    public Subject(int resolution, int label, long seed, float truncation) {
        this(resolution, label, seed, null, truncation);
    }

    private Subject(int resolution, int label, long seed, NamedFace face, float truncation) {
        this.resolution = resolution;
        this.label = label;
        this.seed = seed;
        this.face = face;
        this.truncation = truncation;
    }

    /** The face of a seed. */
    public Subject withSeed(long other) {
        return new Subject(resolution, label, other, null, truncation);
    }

    public Subject withFace(NamedFace other) {
        return new Subject(resolution, label, seed, other, truncation);
    }

    public Subject withTruncation(float other) {
        return new Subject(resolution, label, seed, face, other);
    }

    /**
     * The same face by another model; a class that the model does not have becomes its first, a face that it cannot
     * draw the seed's.
     */
    public Subject by(Model model, int newLabel) {
        boolean known = newLabel >= 0 && newLabel < model.labels.size();
        NamedFace drawn = face != null && face.fits(model) ? face : null;
        return new Subject(model.resolution, known ? newLabel : 0, seed, drawn, truncation);
    }

    /** What a model is given. */
    public float[] latent(Model model) {
        return face == null ? Latents.ofSeed(seed, model.latentSize) : face.latent;
    }
}
