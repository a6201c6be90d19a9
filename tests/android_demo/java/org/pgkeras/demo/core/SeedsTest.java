package org.pgkeras.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Random;
import org.junit.Test;

public class SeedsTest {
    @Test
    public void seedsSurviveBeingShownAndTyped() {
        for (long seed : new long[] {0, 1, 999_999, Seeds.LARGEST}) {
            assertEquals(seed, Seeds.parse(" " + seed + " "));
        }
    }

    @Test
    public void othersAreNoSeeds() {
        for (String text : new String[] {"", "-1", "4294967296", "1.5", "seed", "99999999999999999999"}) {
            assertEquals(text, -1, Seeds.parse(text));
        }
    }

    @Test
    public void afterTheLargestComesZero() {
        assertEquals(9, Seeds.after(0, 9));
        assertEquals(1, Seeds.after(Seeds.LARGEST, 2));
    }

    @Test
    public void randomSeedsAreSeeds() {
        Random random = new Random(0);
        for (int i = 0; i < 1000; i++) {
            long seed = Seeds.random(random);
            assertTrue(seed >= 0 && seed <= Seeds.LARGEST);
        }
    }
}
