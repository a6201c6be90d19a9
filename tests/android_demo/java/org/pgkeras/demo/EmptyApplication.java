package org.pgkeras.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.pgkeras.demo.core.ModelFiles;

/** An app that was built without an exported folder. */
public class EmptyApplication extends TestApplication {
    @Override
    protected ModelFiles files() {
        return new ModelFiles() {
            @Override
            public String manifest() throws IOException {
                throw new FileNotFoundException();
            }

            @Override
            public ByteBuffer map(String file) throws IOException {
                throw new FileNotFoundException(file);
            }
        };
    }
}
