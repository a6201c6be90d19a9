package org.pgkeras.demo.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.nio.ByteBuffer;
import org.junit.Test;

public class PictureTest {
    @Test
    public void bytesBecomeColours() {
        byte[] bytes = {(byte) 255, 0, 1, 2, (byte) 128, 3, 0, 0, 0, 4, 5, 6};
        int[] colours = {0xffff0001, 0xff028003, 0xff000000, 0xff040506};
        assertArrayEquals(colours, Picture.of(ByteBuffer.wrap(bytes), 2, 3).argb);
    }

    @Test
    public void greyHasThreeEqualParts() {
        assertEquals(0xffc8c8c8, Picture.of(ByteBuffer.wrap(new byte[] {(byte) 200}), 1, 1).argb[0]);
    }

    @Test
    public void enlargedPixelsAreSquares() {
        Picture picture = Picture.of(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 2, 1).enlarged(2);
        int a = 0xff010101;
        int b = 0xff020202;
        int c = 0xff030303;
        int d = 0xff040404;
        assertEquals(4, picture.side);
        assertArrayEquals(new int[] {a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d}, picture.argb);
    }
}
