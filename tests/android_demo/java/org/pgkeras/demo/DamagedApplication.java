package org.pgkeras.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.pgkeras.demo.core.ModelFiles;

/** An app whose 4x4 model is damaged and whose 8x8 model is missing. */
public class DamagedApplication extends TestApplication {
    @Override
    protected ModelFiles files() {
        final ModelFiles intact = super.files();
        return new ModelFiles() {
            @Override
            public String manifest() throws IOException {
                return intact.manifest();
            }

            @Override
            public ByteBuffer map(String file) throws IOException {
                if (file.contains("0008")) {
                    throw new FileNotFoundException(file);
                }
                return file.contains("0004") ? ByteBuffer.allocateDirect(10) : intact.map(file);
            }
        };
    }
}
