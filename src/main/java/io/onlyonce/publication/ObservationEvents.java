package io.onlyonce.publication;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.ShardCompleted;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes what was observed on the application event bus, for anyone who listens. */
public final class ObservationEvents implements ConsumerListener {

    private final ApplicationEventPublisher publisher;

    /** Publishes on {@code publisher}. */
    public ObservationEvents(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void duplicateDropped(DuplicateDropped duplicate) {
        publisher.publishEvent(duplicate);
    }

    @Override
    public void recordQuarantined(RecordQuarantined quarantined) {
        publisher.publishEvent(quarantined);
    }

    @Override
    public void gapDetected(GapDetected gap) {
        publisher.publishEvent(gap);
    }

    @Override
    public void shardCompleted(ShardCompleted completed) {
        publisher.publishEvent(completed);
    }
}
