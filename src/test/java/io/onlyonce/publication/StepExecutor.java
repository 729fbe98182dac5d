package io.onlyonce.publication;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Runs nothing until a test says what; then on the calling thread. Not thread-safe. */
final class StepExecutor implements Executor {

    private final List<Runnable> tasks = new ArrayList<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Runs one of the waiting tasks, the oldest being 0. */
    void run(int index) {
        tasks.remove(index).run();
    }

    int size() {
        return tasks.size();
    }

    /** Runs tasks, oldest first, until none waits. */
    void runAll() {
        while (!tasks.isEmpty()) {
            run(0);
        }
    }
}
