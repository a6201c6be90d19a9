package org.pgkeras.demo.core;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the exported folder's files come from. */
public interface ModelFiles {
    /** The text of manifest.json. */
    String manifest() throws IOException;

    /** A model as a direct, memory-mapped buffer. */
    ByteBuffer map(String file) throws IOException;
}
