package org.pgkeras.demo.core;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Draws faces. It keeps the model of the last resolution open; one thread at a time may use it.
 */
public final class Painter implements AutoCloseable {
    private final ModelFiles files;
    private final Interpreter.Factory runtime;
    private Model open;
    private Interpreter interpreter;

    public Painter(ModelFiles files, Interpreter.Factory runtime) {
        this.files = files;
        this.runtime = runtime;
    }

    /** @throws ModelProblem if the manifest is missing or damaged. */
    public Manifest manifest() throws ModelProblem {
        try {
            return new Manifest(files.manifest());
        } catch (FileNotFoundException error) {
            throw new ModelProblem(ModelProblem.Kind.MISSING, Manifest.FILE_NAME, "the app has no such file");
        } catch (IOException error) {
            throw new ModelProblem(ModelProblem.Kind.DAMAGED, Manifest.FILE_NAME, error.toString());
        }
    }

    /**
     * Draws a face.
     *
     * @param label index of the class; ignored by models without labels.
     * @param truncation from 0 to 1; ignored by models that cannot truncate.
     * @throws ModelProblem if the model is missing, damaged or does not run.
     */
    public Drawn draw(Model model, int label, float[] latent, float truncation) throws ModelProblem {
        use(model);
        float[] labels = null;
        if (!model.labels.isEmpty()) {
            labels = new float[model.labels.size()];
            labels[label] = 1;
        }
        try {
            long start = System.nanoTime();
            ByteBuffer image = interpreter.run(latent, labels, model.truncation == null ? 1 : truncation);
            double milliseconds = (System.nanoTime() - start) / 1e6;
            return new Drawn(Picture.of(image, model.resolution, model.channels), milliseconds);
        } catch (RuntimeException | OutOfMemoryError error) {
            throw new ModelProblem(ModelProblem.Kind.DOES_NOT_RUN, model.file, error.toString());
        }
    }

    @Override
    public void close() {
        if (interpreter != null) {
            interpreter.close();
            interpreter = null;
            open = null;
        }
    }

    private void use(Model model) throws ModelProblem {
        if (model == open) {
            return;
        }
        close();
        ByteBuffer file = intact(model);
        try {
            interpreter = runtime.open(model, file);
            open = model;
        } catch (RuntimeException | LinkageError | OutOfMemoryError error) {
            throw new ModelProblem(ModelProblem.Kind.DOES_NOT_RUN, model.file, error.toString());
        }
    }

    /** The file, once its digest is the manifest's: a runtime may crash on a damaged one. */
    private ByteBuffer intact(Model model) throws ModelProblem {
        ByteBuffer file;
        try {
            file = files.map(model.file);
        } catch (FileNotFoundException error) {
            throw new ModelProblem(ModelProblem.Kind.MISSING, model.file, "the app has no such file");
        } catch (IOException error) {
            throw new ModelProblem(ModelProblem.Kind.DAMAGED, model.file, error.toString());
        }
        if (file.remaining() != model.bytes) {
            String sizes = "has " + file.remaining() + " bytes instead of " + model.bytes;
            throw new ModelProblem(ModelProblem.Kind.DAMAGED, model.file, sizes);
        }
        if (!Sha256.of(file).equals(model.sha256)) {
            throw new ModelProblem(ModelProblem.Kind.DAMAGED, model.file, "its SHA-256 is not the manifest's");
        }
        return file;
    }
}
