package org.pgkeras.demo.core;

import static org.bytedeco.tensorflowlite.global.tensorflowlite.kTfLiteFloat32;
import static org.bytedeco.tensorflowlite.global.tensorflowlite.kTfLiteOk;
import static org.bytedeco.tensorflowlite.global.tensorflowlite.kTfLiteUInt8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorflowlite.BuiltinOpResolver;
import org.bytedeco.tensorflowlite.FlatBufferModel;
import org.bytedeco.tensorflowlite.InterpreterBuilder;
import org.bytedeco.tensorflowlite.SignatureRunner;
import org.bytedeco.tensorflowlite.TfLiteTensor;

/** TensorFlow Lite, by its C++ classes: the C interface would run without XNNPACK, five times as slow. */
public final class TfLiteInterpreter implements Interpreter {
    private static final int MOST_THREADS = 4;

    static {
        // JavaCPP would unpack libraries from its jar; a phone has them unpacked.
        System.setProperty("org.bytedeco.javacpp.loadLibraries", "false");
        System.loadLibrary("jnijavacpp");
        System.loadLibrary("jnitensorflowlite");
    }

    private final Model description;
    private final ByteBuffer content; // the runtime reads it as long as it is open
    private final FlatBufferModel model;
    private final BuiltinOpResolver operators;
    private final org.bytedeco.tensorflowlite.Interpreter interpreter;
    private final Map<String, SignatureRunner> runners = new HashMap<>();

    private TfLiteInterpreter(Model description, ByteBuffer content) {
        this.description = description;
        this.content = content;
        model = FlatBufferModel.VerifyAndBuildFromBuffer(new BytePointer(content), content.remaining());
        if (model == null) {
            throw new IllegalArgumentException("no model");
        }
        operators = new BuiltinOpResolver();
        interpreter = new org.bytedeco.tensorflowlite.Interpreter((Pointer) null);
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        try (InterpreterBuilder builder = new InterpreterBuilder(model, operators)) {
            check(builder.apply(interpreter, threads));
        }
    }

    /** Opens models with TensorFlow Lite. */
    public static final class Factory implements Interpreter.Factory {
        @Override
        public Interpreter open(Model description, ByteBuffer content) {
            return new TfLiteInterpreter(description, content);
        }
    }

    @Override
    public ByteBuffer run(float[] latent, float[] label, float truncation) {
        boolean whole = truncation == 1;
        SignatureRunner runner = runner(whole ? description.signature : description.truncation.signature);
        fill(runner, description.latentName, latent);
        if (label != null) {
            fill(runner, description.labelName, label);
        }
        if (!whole) {
            fill(runner, description.truncation.inputName, truncation);
        }
        check(runner.Invoke());
        TfLiteTensor image = tensor(runner.output_tensor(description.imageName), kTfLiteUInt8, description.imageBytes());
        return image.data().uint8().capacity(image.bytes()).asByteBuffer();
    }

    @Override
    public void close() {
        interpreter.close();
        operators.close();
        model.close();
    }

    private SignatureRunner runner(String signature) {
        SignatureRunner runner = runners.get(signature);
        if (runner == null) {
            runner = interpreter.GetSignatureRunner(signature);
            if (runner == null) {
                throw new IllegalArgumentException("no signature " + signature);
            }
            check(runner.AllocateTensors());
            runners.put(signature, runner);
        }
        return runner;
    }

    private static void fill(SignatureRunner runner, String name, float... numbers) {
        tensor(runner.input_tensor(name), kTfLiteFloat32, 4L * numbers.length).data().f().put(numbers);
    }

    /** The tensor, if it is what the manifest says. */
    private static TfLiteTensor tensor(TfLiteTensor tensor, int type, long bytes) {
        if (tensor == null || tensor.type() != type || tensor.bytes() != bytes) {
            throw new IllegalArgumentException("a tensor is not as the manifest describes it");
        }
        return tensor;
    }

    private static void check(int status) {
        if (status != kTfLiteOk) {
            throw new IllegalStateException("status " + status);
        }
    }
}
