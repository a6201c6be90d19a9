package org.pgkeras.demo;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.pgkeras.demo.core.Interpreter;
import org.pgkeras.demo.core.Model;

/** An app that opens no model but the largest until it is released. */
public class SlowApplication extends TestApplication {
    static volatile CountDownLatch released;

    @Override
    protected Interpreter.Factory runtime() {
        released = new CountDownLatch(1);
        Interpreter.Factory working = super.runtime();
        return (Model model, ByteBuffer file) -> {
            try {
                if (model.resolution < 16) {
                    released.await();
                }
            } catch (InterruptedException error) {
                throw new AssertionError(error);
            }
            return working.open(model, file);
        };
    }
}
