package org.pgkeras.demo.core;

import java.util.Random;

/** Seeds as people type and see them: whole numbers from 0 to 2^32 - 1. */
public final class Seeds {
    public static final long LARGEST = (1L << 32) - 1;

    /** Random seeds stay below this: they are read out and typed in again. */
    private static final int MEMORABLE = 1_000_000;

    private Seeds() {}

    /** A seed that nobody chose. */
    public static long random(Random random) {
        return random.nextInt(MEMORABLE);
    }

    /** The seed that a text says, or -1 if it says none. */
    public static long parse(CharSequence text) {
        try {
            long seed = Long.parseLong(text.toString().trim());
            return seed >= 0 && seed <= LARGEST ? seed : -1;
        } catch (NumberFormatException noNumber) {
            return -1;
        }
    }

    /** The seed {@code steps} after this one; after the largest comes 0. */
    public static long after(long seed, int steps) {
        return Math.floorMod(seed + steps, LARGEST + 1);
    }
}
