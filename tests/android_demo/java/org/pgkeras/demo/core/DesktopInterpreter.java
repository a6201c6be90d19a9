package org.pgkeras.demo.core;

import static org.bytedeco.tensorflowlite.global.tensorflowlite.*;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.tensorflowlite.TfLiteInterpreter;
import org.bytedeco.tensorflowlite.TfLiteInterpreterOptions;
import org.bytedeco.tensorflowlite.TfLiteModel;
import org.bytedeco.tensorflowlite.TfLiteSignatureRunner;
import org.bytedeco.tensorflowlite.TfLiteTensor;

/** TensorFlow Lite for the desktop, through its C interface. */
public final class DesktopInterpreter implements Interpreter {
    private final Model description;
    private final BytePointer file;
    private final TfLiteModel model;
    private final TfLiteInterpreter interpreter;
    private final TfLiteSignatureRunner runner;

    public DesktopInterpreter(Model description, ByteBuffer content) {
        this.description = description;
        file = new BytePointer(content);
        model = present(TfLiteModelCreate(file, content.remaining()), "model");
        TfLiteInterpreterOptions options = TfLiteInterpreterOptionsCreate();
        interpreter = present(TfLiteInterpreterCreate(model, options), "interpreter");
        TfLiteInterpreterOptionsDelete(options);
        runner = present(TfLiteInterpreterGetSignatureRunner(interpreter, description.signature), "signature");
        check(TfLiteSignatureRunnerAllocateTensors(runner));
    }

    @Override
    public ByteBuffer run(float[] latent, float[] label) {
        fill(description.latentName, latent);
        if (label != null) {
            fill(description.labelName, label);
        }
        check(TfLiteSignatureRunnerInvoke(runner));
        TfLiteTensor output = TfLiteSignatureRunnerGetOutputTensor(runner, description.imageName);
        ByteBuffer image = ByteBuffer.allocateDirect((int) TfLiteTensorByteSize(output));
        check(TfLiteTensorCopyToBuffer(output, new BytePointer(image), image.capacity()));
        return image;
    }

    @Override
    public void close() {
        TfLiteSignatureRunnerDelete(runner);
        TfLiteInterpreterDelete(interpreter);
        TfLiteModelDelete(model);
    }

    private void fill(String name, float[] numbers) {
        TfLiteTensor tensor = TfLiteSignatureRunnerGetInputTensor(runner, name);
        try (FloatPointer buffer = new FloatPointer(numbers)) {
            check(TfLiteTensorCopyFromBuffer(tensor, buffer, 4L * numbers.length));
        }
    }

    private static <T> T present(T made, String what) {
        if (made == null) {
            throw new IllegalArgumentException("no " + what);
        }
        return made;
    }

    private static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("status " + status);
        }
    }
}
