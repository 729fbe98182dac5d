package io.onlyonce.polling;

import io.onlyonce.engine.Engine;
import io.onlyonce.engine.EngineContract;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

class PollingEngineContractTests extends EngineContract {

    private final ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();

    @BeforeEach
    void startScheduler() {
        scheduler.setPoolSize(4);
        scheduler.initialize();
    }

    @AfterEach
    void stopScheduler() {
        scheduler.shutdown();
    }

    @Override
    protected Engine engine(TableSource source, ConsumerListener listener, boolean haltOnGap) {
        return new PollingEngine(
                aws.tables(),
                aws.streams(),
                List.of(source),
                new PollingSettings(
                        50, 1 << 26, Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(2), haltOnGap),
                scheduler,
                listener,
                Clock.systemUTC());
    }
}
