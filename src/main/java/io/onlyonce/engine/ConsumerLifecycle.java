package io.onlyonce.engine;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops the engine with the application context. In the last phase: listeners run in the beans that start before, and these are stopped only when no listener runs any more. Stopping
 * blocks, so that beans of the same phase are not stopped under a running listener either.
 */
public final class ConsumerLifecycle implements SmartLifecycle {

    private static final Logger logger = LoggerFactory.getLogger(ConsumerLifecycle.class);

    private final Engine engine;
    private final boolean autoStartup;
    private final Duration stopTimeout;

    private volatile boolean running;

    /**
     * Lifecycle of {@code engine}.
     *
     * @param autoStartup whether consumption starts with the context
     * @param stopTimeout how long records in hand may take to finish when the context stops
     */
    public ConsumerLifecycle(Engine engine, boolean autoStartup, Duration stopTimeout) {
        this.engine = engine;
        this.autoStartup = autoStartup;
        this.stopTimeout = stopTimeout;
    }

    @Override
    public boolean isAutoStartup() {
        return autoStartup;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public synchronized void start() {
        if (!running) {
            engine.start();
            running = true;
        }
    }

    @Override
    public synchronized void stop() {
        if (running) {
            running = false;
            if (!engine.stop(stopTimeout)) {
                logger.warn(
                        "Records in hand did not finish within {}. The next start delivers them again, marked as redelivered."
                                + " If listeners need longer, raise spring.lifecycle.timeout-per-shutdown-phase.",
                        stopTimeout);
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
