package io.onlyonce.publication;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.stream.EventName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told. */
final class RecordingConsumerListener implements ConsumerListener {

    final List<Finished> finished = new CopyOnWriteArrayList<>();
    final List<DuplicateDropped> duplicates = new CopyOnWriteArrayList<>();
    final List<RecordQuarantined> quarantined = new CopyOnWriteArrayList<>();
    final List<String> retries = new CopyOnWriteArrayList<>();
    final List<Called> calls = new CopyOnWriteArrayList<>();
    final List<Duration> delivered = new CopyOnWriteArrayList<>();
    final List<RecordOutcome> backfilled = new CopyOnWriteArrayList<>();

    record Finished(EventName event, RecordOutcome outcome) {}

    record Called(String listener, boolean success) {}

    long count(RecordOutcome outcome) {
        return finished.stream().filter(record -> record.outcome() == outcome).count();
    }

    long count(DuplicateKind kind) {
        return duplicates.stream().filter(duplicate -> duplicate.kind() == kind).count();
    }

    @Override
    public void recordFinished(String table, EventName event, RecordOutcome outcome) {
        finished.add(new Finished(event, outcome));
    }

    @Override
    public void duplicateDropped(DuplicateDropped duplicate) {
        duplicates.add(duplicate);
    }

    @Override
    public void itemDelivered(String table, Duration sinceCreation) {
        delivered.add(sinceCreation);
    }

    @Override
    public void backfillFinished(String table, RecordOutcome outcome) {
        backfilled.add(outcome);
    }

    @Override
    public void listenerCalled(String table, String listener, CallOutcome outcome, Duration duration) {
        calls.add(new Called(listener, outcome == CallOutcome.SUCCESS));
    }

    @Override
    public void retryScheduled(String table, String listener) {
        retries.add(listener);
    }

    @Override
    public void recordQuarantined(RecordQuarantined record) {
        quarantined.add(record);
    }
}
