package org.pgkeras.demo.core;

/** Latent vectors: from seeds, and between two of them. */
public final class Latents {
    private static final double NEARLY_PARALLEL = 1e-6;

    private Latents() {}

    /**
     * The latent of a seed, the same as the desktop's.
     *
     * @param seed from 0 to 2^32 - 1.
     * @param size number of components.
     */
    public static float[] ofSeed(long seed, int size) {
        RandomState random = new RandomState(seed);
        float[] latent = new float[size];
        for (int i = 0; i < size; i++) {
            latent[i] = (float) random.nextNormal();
        }
        return latent;
    }

    /**
     * A point on the way between two latents along the sphere, where the generator knows its way about.
     *
     * @param fraction 0 gives {@code from}, 1 gives {@code to}.
     */
    public static float[] between(float[] from, float[] to, double fraction) {
        double angle = angle(from, to);
        double sine = Math.sin(angle);
        boolean straight = sine < NEARLY_PARALLEL;
        double fromWeight = straight ? 1 - fraction : Math.sin((1 - fraction) * angle) / sine;
        double toWeight = straight ? fraction : Math.sin(fraction * angle) / sine;
        float[] latent = new float[from.length];
        for (int i = 0; i < latent.length; i++) {
            latent[i] = (float) (fromWeight * from[i] + toWeight * to[i]);
        }
        return latent;
    }

    private static double angle(float[] a, float[] b) {
        double cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
        return Math.acos(Math.max(-1, Math.min(1, cosine)));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
