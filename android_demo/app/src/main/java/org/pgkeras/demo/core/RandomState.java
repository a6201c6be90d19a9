package org.pgkeras.demo.core;

/**
 * The normal numbers of {@code numpy.random.RandomState(seed).randn}: MT19937 and Marsaglia's polar method.
 *
 * <p>NumPy has frozen this stream for good, so a seed means the same face here and on the desktop.
 */
public final class RandomState {
    private static final int SIZE = 624;
    private static final int MIDDLE = 397;

    private final int[] state = new int[SIZE];
    private int position = SIZE;
    private double spare;
    private boolean hasSpare;

    /** @param seed from 0 to 2^32 - 1. */
    public RandomState(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** The next number drawn from N(0, 1). */
    public double nextNormal() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        double x;
        double y;
        double squared;
        do {
            x = 2 * nextUniform() - 1;
            y = 2 * nextUniform() - 1;
            squared = x * x + y * y;
        } while (squared >= 1 || squared == 0);
        double factor = Math.sqrt(-2 * StrictMath.log(squared) / squared);
        spare = factor * x;
        hasSpare = true;
        return factor * y;
    }

    /** The next number from [0, 1), with 53 random bits. */
    private double nextUniform() {
        int high = nextBits() >>> 5;
        int low = nextBits() >>> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    private int nextBits() {
        if (position == SIZE) {
            twist();
            position = 0;
        }
        int bits = state[position++];
        bits ^= bits >>> 11;
        bits ^= (bits << 7) & 0x9d2c5680;
        bits ^= (bits << 15) & 0xefc60000;
        return bits ^ (bits >>> 18);
    }

    private void twist() {
        for (int i = 0; i < SIZE; i++) {
            int bits = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
            int mixed = (bits & 1) == 0 ? 0 : 0x9908b0df;
            state[i] = state[(i + MIDDLE) % SIZE] ^ (bits >>> 1) ^ mixed;
        }
    }
}
