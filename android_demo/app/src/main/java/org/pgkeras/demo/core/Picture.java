package org.pgkeras.demo.core;

import java.nio.ByteBuffer;

/** A square picture as a screen takes it. */
public final class Picture {
    private static final int OPAQUE = 0xff000000;

    /** In pixels. */
    public final int side;

    /** Row by row from the top, 0xAARRGGBB. */
    public final int[] argb;

    private Picture(int side, int[] argb) {
        this.side = side;
        this.argb = argb;
    }

    /**
     * The picture in an output tensor.
     *
     * @param bytes rows from the top, each a row of pixels, each of its channels.
     * @param channels 3 for RGB, 1 for grey.
     */
    public static Picture of(ByteBuffer bytes, int side, int channels) {
        int[] argb = new int[side * side];
        for (int i = 0; i < argb.length; i++) {
            int first = i * channels;
            int red = bytes.get(first) & 0xff;
            int green = channels == 3 ? bytes.get(first + 1) & 0xff : red;
            int blue = channels == 3 ? bytes.get(first + 2) & 0xff : red;
            argb[i] = OPAQUE | red << 16 | green << 8 | blue;
        }
        return new Picture(side, argb);
    }

    /** A copy in which each pixel is a block of {@code factor} x {@code factor}. */
    public Picture enlarged(int factor) {
        int wide = side * factor;
        int[] large = new int[wide * wide];
        for (int i = 0; i < large.length; i++) {
            large[i] = argb[i / wide / factor * side + i % wide / factor];
        }
        return new Picture(wide, large);
    }
}
