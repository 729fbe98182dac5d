package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class ConsumerLifecycleTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(29);

    private final FakeEngine engine = new FakeEngine();
    private final ConsumerLifecycle lifecycle = new ConsumerLifecycle(engine, true, TIMEOUT);

    @Test
    void consumerRunsAsLongAsTheContext() {
        try (var context = contextWith(lifecycle)) {
            context.refresh();
            assertThat(engine.calls).containsExactly("start");
            assertThat(lifecycle.isRunning()).isTrue();
        }
        assertThat(engine.calls).containsExactly("start", "stop PT29S");
        assertThat(lifecycle.isRunning()).isFalse();
    }

    @Test
    void consumerStartsAfterOtherBeansAndStopsBeforeThem() {
        try (var context = contextWith(lifecycle)) {
            context.registerBean("server", SmartLifecycle.class, () -> new Recorded(engine.calls, "server"));
            context.refresh();
        }
        assertThat(engine.calls).containsExactly("server starts", "start", "stop PT29S", "server stops");
    }

    @Test
    void disabledConsumerDoesNotStart() {
        try (var context = contextWith(new ConsumerLifecycle(engine, false, TIMEOUT))) {
            context.refresh();
        }
        assertThat(engine.calls).isEmpty();
    }

    @Test
    void failureOfTheEngineStopsStartup() {
        Engine broken = new BrokenEngine();
        try (var context = contextWith(new ConsumerLifecycle(broken, true, TIMEOUT))) {
            assertThatExceptionOfType(ApplicationContextException.class)
                    .isThrownBy(context::refresh)
                    .withRootCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void startAndStopHappenOnce() {
        lifecycle.start();
        lifecycle.start();
        lifecycle.stop();
        lifecycle.stop();
        assertThat(engine.calls).containsExactly("start", "stop PT29S");
    }

    @Test
    void startsAgainAfterAStop() {
        lifecycle.start();
        lifecycle.stop();
        lifecycle.start();
        assertThat(engine.calls).containsExactly("start", "stop PT29S", "start");
        assertThat(lifecycle.isRunning()).isTrue();
    }

    @Test
    void unfinishedRecordsAreLogged(CapturedOutput output) {
        engine.stopLate();
        lifecycle.start();
        lifecycle.stop();
        assertThat(output).contains("PT29S", "spring.lifecycle.timeout-per-shutdown-phase");
    }

    private static GenericApplicationContext contextWith(ConsumerLifecycle lifecycle) {
        var context = new GenericApplicationContext();
        context.registerBean("consumer", ConsumerLifecycle.class, () -> lifecycle);
        return context;
    }

    private static final class BrokenEngine implements Engine {

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public void start() {
            throw new IllegalStateException("Table orders has no stream");
        }

        @Override
        public boolean stop(Duration timeout) {
            throw new AssertionError("Was never started");
        }

        @Override
        public void pause(String table) {}

        @Override
        public void resume(String table) {}

        @Override
        public ConsumerStatus status() {
            return new ConsumerStatus(ConsumerStatus.Role.STOPPED, List.of());
        }
    }

    /** A bean in the phase of web servers. */
    private static final class Recorded implements SmartLifecycle {

        private final List<String> calls;
        private final String name;
        private volatile boolean running;

        Recorded(List<String> calls, String name) {
            this.calls = calls;
            this.name = name;
        }

        @Override
        public int getPhase() {
            return DEFAULT_PHASE - 2048;
        }

        @Override
        public void start() {
            calls.add(name + " starts");
            running = true;
        }

        @Override
        public void stop() {
            calls.add(name + " stops");
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
