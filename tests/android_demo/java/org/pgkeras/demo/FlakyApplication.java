package org.pgkeras.demo;

import java.nio.ByteBuffer;
import org.pgkeras.demo.core.Interpreter;
import org.pgkeras.demo.core.Model;

/** An app whose models fail for a while. */
public class FlakyApplication extends TestApplication {
    static volatile boolean failing;

    @Override
    protected Interpreter.Factory runtime() {
        Interpreter.Factory working = super.runtime();
        return (Model model, ByteBuffer file) -> new Flaky(working.open(model, file));
    }

    private static final class Flaky implements Interpreter {
        private final Interpreter working;

        Flaky(Interpreter working) {
            this.working = working;
        }

        @Override
        public ByteBuffer run(float[] latent, float[] label, float truncation) {
            if (failing) {
                throw new OutOfMemoryError("for a test");
            }
            return working.run(latent, label, truncation);
        }

        @Override
        public void close() {
            working.close();
        }
    }
}
