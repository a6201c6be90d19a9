package org.pgkeras.demo.core;

import java.nio.ByteBuffer;

/** A model that is ready to run. */
public interface Interpreter extends AutoCloseable {
    /**
     * Runs the model once.
     *
     * @param latent its components.
     * @param label one number for each class, or null for a model without labels.
     * @param truncation 1, or from 0 to 1 for a model that can truncate.
     * @return the output tensor's bytes, from the buffer's start; the next run overwrites them.
     * @throws RuntimeException if the runtime refuses.
     */
    ByteBuffer run(float[] latent, float[] label, float truncation);

    @Override
    void close();

    /** A TFLite runtime. */
    interface Factory {
        /**
         * Makes a model ready.
         *
         * @param model what the manifest says of it.
         * @param file its content: a direct buffer, which must stay until the interpreter is closed.
         * @throws RuntimeException if the runtime refuses.
         */
        Interpreter open(Model model, ByteBuffer file);
    }
}
