package org.pgkeras.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.pgkeras.demo.core.Interpreter;
import org.pgkeras.demo.core.Model;

/** The TensorFlow Lite runtime for phones. */
final class TfLiteInterpreter implements Interpreter {
    private final org.tensorflow.lite.Interpreter interpreter;
    private final Model model;
    private final ByteBuffer image;

    private TfLiteInterpreter(Model model, ByteBuffer file) {
        this.model = model;
        org.tensorflow.lite.Interpreter.Options options = new org.tensorflow.lite.Interpreter.Options();
        options.setNumThreads(Math.min(4, Runtime.getRuntime().availableProcessors()));
        interpreter = new org.tensorflow.lite.Interpreter(file, options);
        image = ByteBuffer.allocateDirect(model.imageBytes()).order(ByteOrder.nativeOrder());
    }

    static final class Factory implements Interpreter.Factory {
        @Override
        public Interpreter open(Model model, ByteBuffer file) {
            return new TfLiteInterpreter(model, file);
        }
    }

    @Override
    public ByteBuffer run(float[] latent, float[] label) {
        Map<String, Object> inputs = new HashMap<>();
        inputs.put(model.latentName, new float[][] {latent});
        if (label != null) {
            inputs.put(model.labelName, new float[][] {label});
        }
        Map<String, Object> outputs = new HashMap<>();
        image.rewind();
        outputs.put(model.imageName, image);
        interpreter.runSignature(inputs, outputs, model.signature);
        return image;
    }

    @Override
    public void close() {
        interpreter.close();
    }
}
