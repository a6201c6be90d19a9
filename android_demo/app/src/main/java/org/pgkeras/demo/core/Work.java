package org.pgkeras.demo.core;

import java.util.concurrent.Executor;

/**
 * Work off the screen's thread whose outcome waits for whoever is looking: it outlives the screen that started it.
 *
 * <p>All methods belong to the screen's thread. Of several starts while busy, the last one wins.
 */
public final class Work<Result> {
    /** What to do on the worker's thread. */
    public interface Task<Result> {
        Result run() throws ModelProblem;
    }

    /** A screen; called on its thread. */
    public interface Observer<Result> {
        void busy();

        void done(Result result);

        void failed(ModelProblem problem);
    }

    private final Executor worker;
    private final Executor screen;
    private Observer<Result> observer;
    private Task<Result> next;
    private boolean running;
    private Result result;
    private ModelProblem problem;

    /**
     * @param worker runs tasks.
     * @param screen runs what follows on the screen's thread.
     */
    public Work(Executor worker, Executor screen) {
        this.worker = worker;
        this.screen = screen;
    }

    /** Whether nothing has been started yet. */
    public boolean isNew() {
        return !running && result == null && problem == null;
    }

    public void start(Task<Result> task) {
        if (running) {
            next = task;
            return;
        }
        running = true;
        tell();
        submit(task);
    }

    /** Calls an observer now with what there is, and whenever that changes. */
    public void observe(Observer<Result> watching) {
        observer = watching;
        tell();
    }

    /** Stops calling an observer; another one that has taken its place stays. */
    public void ignore(Observer<Result> watching) {
        if (observer == watching) {
            observer = null;
        }
    }

    private void submit(final Task<Result> task) {
        worker.execute(new Runnable() {
            @Override
            public void run() {
                Result made = null;
                ModelProblem met = null;
                try {
                    made = task.run();
                } catch (ModelProblem caught) {
                    met = caught;
                }
                finish(made, met);
            }
        });
    }

    private void finish(final Result made, final ModelProblem met) {
        screen.execute(new Runnable() {
            @Override
            public void run() {
                result = made;
                problem = met;
                running = false;
                tell();
                if (next != null) {
                    Task<Result> waiting = next;
                    next = null;
                    start(waiting);
                }
            }
        });
    }

    private void tell() {
        if (observer == null) {
            return;
        }
        if (result != null) {
            observer.done(result);
        } else if (problem != null && !running) {
            observer.failed(problem);
        }
        if (running) {
            observer.busy();
        }
    }
}
