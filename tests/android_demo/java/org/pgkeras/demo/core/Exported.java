package org.pgkeras.demo.core;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** The folder that export/ made in this run, and what Python computed from it. */
public final class Exported implements ModelFiles {
    private final Path folder;

    public Exported(Path folder) {
        this.folder = folder;
    }

    public static Exported original() {
        return new Exported(Paths.get(System.getProperty("exported")));
    }

    /** A copy to damage. */
    public static Exported copy(Path to) throws IOException {
        try (var files = Files.list(original().folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return new Exported(to);
    }

    /** Python's interpreter's image, as bytes. */
    public static byte[] expectedImage(Model model, long seed) throws IOException {
        return Files.readAllBytes(Paths.get(System.getProperty("expected"), model.file + "." + seed));
    }

    /** The same at {@link #truncation()}. */
    public static byte[] expectedTruncatedImage(Model model, long seed) throws IOException {
        return Files.readAllBytes(Paths.get(System.getProperty("expected"), model.file + "." + seed + ".truncated"));
    }

    public static float truncation() {
        return Float.parseFloat(System.getProperty("truncation"));
    }

    /** NumPy's latent, float32 in the processor's order. */
    public static float[] expectedLatent(long seed) throws IOException {
        byte[] bytes = Files.readAllBytes(Paths.get(System.getProperty("expected"), "latent." + seed));
        float[] latent = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(latent);
        return latent;
    }

    public Path path(String file) {
        return folder.resolve(file);
    }

    public Painter painter() {
        return new Painter(this, new TfLiteInterpreter.Factory());
    }

    @Override
    public String manifest() throws IOException {
        if (!Files.exists(path(Manifest.FILE_NAME))) {
            throw new FileNotFoundException(Manifest.FILE_NAME);
        }
        return new String(Files.readAllBytes(path(Manifest.FILE_NAME)), StandardCharsets.UTF_8);
    }

    @Override
    public ByteBuffer map(String file) throws IOException {
        if (!Files.exists(path(file))) {
            throw new FileNotFoundException(file);
        }
        try (FileChannel channel = FileChannel.open(path(file))) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }
}
