package org.pgkeras.demo.core;

import java.util.List;
import java.util.Locale;

/** Compares this device's arithmetic with the desktop's. */
public final class SelfTest {
    private static final double LATENT_TOLERANCE = 1e-6;

    private SelfTest() {}

    /**
     * Draws a model's goldens.
     *
     * @throws ModelProblem if the model does not run, a seed gives another latent, or a picture differs.
     */
    public static void run(Painter painter, Model model) throws ModelProblem {
        check(painter, model, model.goldens);
        if (model.truncation != null) {
            check(painter, model, model.truncation.goldens);
        }
    }

    private static void check(Painter painter, Model model, List<Golden> goldens) throws ModelProblem {
        for (Golden golden : goldens) {
            checkLatent(golden, model);
            Picture picture = painter.draw(model, golden.label, golden.latent, golden.truncation).picture;
            double difference = difference(picture, golden, model.channels);
            // The means are rounded to 2 decimals.
            if (!(difference <= model.tolerance + 0.005)) {
                String detail = String.format(
                        Locale.ROOT, "the picture of seed %d is %.2f grey levels off", golden.seed, difference);
                throw new ModelProblem(ModelProblem.Kind.WRONG_PICTURE, model.file, detail);
            }
        }
    }

    private static void checkLatent(Golden golden, Model model) throws ModelProblem {
        float[] latent = Latents.ofSeed(golden.seed, model.latentSize);
        for (int i = 0; i < latent.length; i++) {
            if (!(Math.abs(latent[i] - golden.latent[i]) <= LATENT_TOLERANCE)) {
                String detail = "seed " + golden.seed + " gives another latent, from component " + i;
                throw new ModelProblem(ModelProblem.Kind.WRONG_PICTURE, model.file, detail);
            }
        }
    }

    /** Largest difference of a block's mean from the golden's, in grey levels. */
    static double difference(Picture picture, Golden golden, int channels) {
        int side = golden.thumbnailSide;
        int block = picture.side / side;
        double[] sums = new double[side * side * channels];
        for (int i = 0; i < picture.argb.length; i++) {
            int row = i / picture.side / block;
            int column = i % picture.side / block;
            for (int channel = 0; channel < channels; channel++) {
                sums[(row * side + column) * channels + channel] += picture.argb[i] >> (16 - 8 * channel) & 0xff;
            }
        }
        double largest = 0;
        for (int i = 0; i < sums.length; i++) {
            largest = Math.max(largest, Math.abs(sums[i] / (block * block) - golden.thumbnail[i]));
        }
        return largest;
    }
}
