package org.pgkeras.demo.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class LatentsTest {
    private static final float[] EAST = {2, 0};
    private static final float[] NORTH = {0, 2};

    @Test
    public void seedsGiveNumpysLatentsToTheLastBit() throws Exception {
        for (String seed : System.getProperty("seeds").split(",")) {
            float[] expected = Exported.expectedLatent(Long.parseLong(seed));
            assertArrayEquals("seed " + seed, expected, Latents.ofSeed(Long.parseLong(seed), expected.length), 0);
        }
    }

    @Test
    public void theFirstNumbersOfSeedZero() {
        assertArrayEquals(new float[] {1.7640524f, 0.4001572f, 0.978738f}, Latents.ofSeed(0, 3), 1e-6f);
    }

    @Test
    public void walkFollowsTheCircle() {
        assertArrayEquals(EAST, Latents.between(EAST, NORTH, 0), 1e-6f);
        float diagonal = (float) Math.sqrt(2);
        assertArrayEquals(new float[] {diagonal, diagonal}, Latents.between(EAST, NORTH, 0.5), 1e-6f);
        assertArrayEquals(NORTH, Latents.between(EAST, NORTH, 1), 1e-6f);
    }

    @Test
    public void walkAtThirdsHasEqualAngles() {
        float[] third = Latents.between(EAST, NORTH, 1 / 3.0);
        assertEquals(Math.toRadians(30), Math.atan2(third[1], third[0]), 1e-6);
    }

    @Test
    public void walkToItselfStaysThere() {
        assertArrayEquals(EAST, Latents.between(EAST, EAST, 0.3), 1e-6f);
    }
}
