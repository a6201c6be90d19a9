package org.pgkeras.demo.core;

import java.nio.ByteBuffer;

/** Draws nothing but grey: level 10, or ten times the number of the class, counted from 1. */
public final class GreyInterpreter implements Interpreter {
    private final ByteBuffer image;

    public GreyInterpreter(Model model, ByteBuffer file) {
        image = ByteBuffer.allocate(model.imageBytes());
    }

    @Override
    public ByteBuffer run(float[] latent, float[] label, float truncation) {
        float level = label == null ? 10 : 0;
        for (int i = 0; label != null && i < label.length; i++) {
            level += label[i] * 10 * (i + 1);
        }
        for (int i = 0; i < image.capacity(); i++) {
            image.put(i, (byte) level);
        }
        return image;
    }

    @Override
    public void close() {}
}
