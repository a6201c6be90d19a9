package org.pgkeras.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.Test;

public class WorkTest {
    private final Queue<Runnable> worker = new ArrayDeque<>();
    private final Queue<Runnable> screen = new ArrayDeque<>();
    private final Work<String> work = new Work<>(worker::add, screen::add);

    private static final class Log implements Work.Observer<String> {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void busy() {
            lines.add("busy");
        }

        @Override
        public void done(String result) {
            lines.add(result);
        }

        @Override
        public void failed(ModelProblem problem) {
            lines.add(problem.kind().name());
        }
    }

    private void finish() {
        while (!worker.isEmpty() || !screen.isEmpty()) {
            (worker.isEmpty() ? screen : worker).remove().run();
        }
    }

    @Test
    public void aScreenThatComesInMidWorkGetsTheOutcome() {
        Log before = new Log();
        Log after = new Log();
        work.observe(before);
        work.start(() -> "face");
        work.ignore(before);
        work.observe(after);
        finish();
        assertEquals(Arrays.asList("busy"), before.lines);
        assertEquals(Arrays.asList("busy", "face"), after.lines);
    }

    @Test
    public void aScreenThatComesAfterwardsGetsTheOutcome() {
        Log late = new Log();
        work.start(() -> "face");
        finish();
        work.observe(late);
        assertEquals(Arrays.asList("face"), late.lines);
        assertFalse(work.isNew());
    }

    @Test
    public void aScreenThatLeavesDoesNotTakeItsSuccessorAlong() {
        Log successor = new Log();
        Log leaving = new Log();
        work.observe(leaving);
        work.observe(successor);
        work.ignore(leaving);
        work.start(() -> "face");
        finish();
        assertTrue(successor.lines.contains("face"));
    }

    @Test
    public void theLastStartWins() {
        Log log = new Log();
        work.observe(log);
        work.start(() -> "first");
        work.start(() -> "skipped");
        work.start(() -> "last");
        finish();
        assertEquals("last", log.lines.get(log.lines.size() - 1));
        assertFalse(log.lines.contains("skipped"));
    }

    @Test
    public void aProblemIsAnOutcome() {
        Log log = new Log();
        work.observe(log);
        work.start(() -> {
            throw new ModelProblem(ModelProblem.Kind.MISSING, "file", "gone");
        });
        finish();
        assertEquals(Arrays.asList("busy", "MISSING"), log.lines);
    }
}
