package org.pgkeras.demo;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import org.pgkeras.demo.core.Manifest;
import org.pgkeras.demo.core.ModelFiles;

/** The exported folder inside the app. Models are stored there, not deflated, so that they can be mapped. */
final class AssetModelFiles implements ModelFiles {
    private final AssetManager assets;

    AssetModelFiles(AssetManager assets) {
        this.assets = assets;
    }

    @Override
    public String manifest() throws IOException {
        try (InputStream stream = assets.open(Manifest.FILE_NAME)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] part = new byte[1 << 14];
            for (int length = stream.read(part); length >= 0; length = stream.read(part)) {
                text.write(part, 0, length);
            }
            return new String(text.toByteArray(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public ByteBuffer map(String file) throws IOException {
        try (AssetFileDescriptor descriptor = assets.openFd(file);
                FileInputStream stream = new FileInputStream(descriptor.getFileDescriptor())) {
            long start = descriptor.getStartOffset();
            return stream.getChannel().map(FileChannel.MapMode.READ_ONLY, start, descriptor.getLength());
        }
    }
}
