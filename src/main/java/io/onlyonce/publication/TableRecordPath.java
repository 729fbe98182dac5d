package io.onlyonce.publication;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.Progress;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steps of the record path that the shards of a table share: claim, publish, complete, count. */
final class TableRecordPath implements RecordPath {

    private static final Logger log = LoggerFactory.getLogger(TableRecordPath.class);

    private static final GroupCommit.Settings COMPLETIONS =
            new GroupCommit.Settings(Ledger.MAX_BATCH, 4, Duration.ZERO);

    // Records whose listeners are quick end within the linger, and then cost no write for each listener.
    private static final GroupCommit.Settings PROGRESS =
            new GroupCommit.Settings(Integer.MAX_VALUE, 1, Duration.ofMillis(10));

    private final TableSettings table;
    private final ConsumerContext context;
    private final Quarantine quarantine;
    private final InFlightKeys inFlightKeys;
    private final SeenRecords read = new SeenRecords();
    private final SeenRecords ended = new SeenRecords();
    private final GroupCommit<Slot> completions;
    private final GroupCommit<Delivery> progress;

    /**
     * What is particular to the table.
     *
     * @param name name of the table
     * @param ledger its ledger
     * @param key under which key its records count as the same
     * @param delivery how its records are delivered
     * @param listeners listeners that hear it
     */
    record TableSettings(
            String name,
            Ledger ledger,
            DeduplicationKey key,
            DeliverySettings delivery,
            List<ItemListener> listeners) {}

    TableRecordPath(TableSettings table, ConsumerContext context, Quarantine quarantine) {
        this.table = table;
        this.context = context;
        this.quarantine = quarantine;
        this.inFlightKeys = new InFlightKeys(context.threads().ledger());
        this.completions = groupCommit("Completion", COMPLETIONS, this::writeCompletions);
        this.progress = groupCommit("Saving progress", PROGRESS, this::writeProgress);
    }

    private <T> GroupCommit<T> groupCommit(String name, GroupCommit.Settings settings, Consumer<List<T>> write) {
        return new GroupCommit<>(name + " of table " + table.name(), settings, context.threads(), write);
    }

    @Override
    public ShardDelivery open(ShardId shardId, ShardDelivery.Callback callback) {
        return new OrderedShardDelivery(shardId, this, callback);
    }

    String table() {
        return table.name();
    }

    Ledger ledger() {
        return table.ledger();
    }

    DeliverySettings settings() {
        return table.delivery();
    }

    List<ItemListener> listeners() {
        return table.listeners();
    }

    ConsumerListener consumerListener() {
        return context.listener();
    }

    InFlightKeys inFlightKeys() {
        return inFlightKeys;
    }

    Executor workerExecutor() {
        return context.threads().workers();
    }

    Executor ledgerExecutor() {
        return context.threads().ledger();
    }

    Instant now() {
        return context.clock().instant();
    }

    long nanoTime() {
        return context.nanoTime();
    }

    void schedule(Duration delay, Runnable task) {
        context.schedule(delay, task);
    }

    boolean isOurs(ClaimToken token) {
        return context.tokens().areOurs(token);
    }

    /** A claim for a record. One whose key cannot be told is claimed under its event id, so that it can be set aside like any other. */
    Claim claimFor(Slot slot) {
        StreamRecord record = slot.record;
        String key;
        try {
            key = table.key().of(record);
        } catch (RuntimeException e) {
            slot.keyFailure = e;
            key = record.eventId();
        }
        return new Claim(
                key, record.eventId(), contentHash(record), context.tokens().next());
    }

    /** None for a backfilled item: it may have changed since it was inserted, so that its content tells nothing. */
    private String contentHash(StreamRecord record) {
        var image = record.newImage();
        return image == null || record.isBackfilled() || table.key() instanceof DeduplicationKey.EventId
                ? ""
                : ContentHash.of(image);
    }

    Delivery deliveryFor(Slot slot, Claimed claimed) {
        return new Delivery(this, slot.owner.shardId(), slot.record, slot.claim(), claimed, slot.owner::progressSaved);
    }

    /** Runs one round of a record on the calling thread. */
    RoundOutcome run(Slot slot) {
        Delivery delivery = slot.delivery();
        RoundOutcome outcome = run(delivery, slot.keyFailure);
        if (outcome instanceof RoundOutcome.Retry retry) {
            retry.failures().forEach((listener, failure) -> {
                log.warn(
                        "{} failed for event {} of {} (attempt {}), next in {} ms: {}",
                        listener,
                        slot.record.eventId(),
                        slot.owner,
                        delivery.attempts(),
                        retry.delay().toMillis(),
                        failure.toString());
                consumerListener().retryScheduled(table(), listener);
            });
        }
        return outcome;
    }

    /** Runs one round of a delivery on the calling thread. */
    RoundOutcome run(Delivery delivery, @Nullable RuntimeException keyFailure) {
        delivery.beginRound();
        if (keyFailure != null) {
            return delivery.endRoundEarly(keyFailure);
        }
        Throwable failure = null;
        try {
            context.publisher().publishEvent(new PublishedItemEvent(context.publisher(), new PublishedItem(delivery)));
        } catch (Throwable e) {
            failure = ReadableFailure.of(e);
        }
        return delivery.endRound(failure);
    }

    /** Why completions or progress are not written at present; absent if they are. */
    @Nullable String problem() {
        String completionProblem = completions.problem();
        return completionProblem == null ? progress.problem() : completionProblem;
    }

    void complete(Slot slot) {
        completions.submit(slot);
    }

    private void writeCompletions(List<Slot> slots) {
        ledger().complete(slots.stream().map(Slot::claim).toList());
        for (Slot slot : slots) {
            slot.owner.completed(slot);
            processed(slot.record);
            finished(slot.record, RecordOutcome.PROCESSED);
        }
    }

    /** Tells how long a record took, as far as that is known. */
    void processed(StreamRecord record) {
        if (!record.isBackfilled()) {
            consumerListener().itemDelivered(table(), Duration.between(record.createdAt(), now()));
        }
    }

    private void finished(StreamRecord record, RecordOutcome outcome) {
        consumerListener().recordFinished(table(), record.eventName(), outcome);
        if (record.isBackfilled()) {
            consumerListener().backfillFinished(table(), outcome);
        }
    }

    /** Puts a delivery's progress on record soon, unless it ends before. */
    void saveProgress(Delivery delivery) {
        if (delivery.saves().enqueue()) {
            progress.submit(delivery);
        }
    }

    /** Deliveries that have ended meanwhile are many, so that batches for the ledger are made of those that have not. */
    private void writeProgress(List<Delivery> deliveries) {
        Map<Delivery, Progress> unsaved = new LinkedHashMap<>();
        for (Delivery delivery : deliveries) {
            Progress progressToSave = delivery.beginSave();
            if (progressToSave != null) {
                unsaved.put(delivery, progressToSave);
            }
        }
        List<Delivery> toSave = List.copyOf(unsaved.keySet());
        for (int from = 0; from < toSave.size(); from += Ledger.MAX_BATCH) {
            List<Delivery> batch = toSave.subList(from, Math.min(from + Ledger.MAX_BATCH, toSave.size()));
            List<Boolean> held;
            try {
                held = ledger().saveProgress(batch.stream().map(unsaved::get).toList());
            } catch (RuntimeException | Error e) {
                toSave.subList(from, toSave.size())
                        .forEach(delivery -> delivery.saves().fail());
                throw e;
            }
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).endSave(held.get(i));
            }
        }
    }

    /** Sets a record aside. An exception means that nothing was decided; the shard waits and the listeners get another round. */
    CommitOutcome setAside(Slot slot, Map<String, Throwable> failures) {
        Progress reached = slot.delivery().giveUp();
        CommitOutcome outcome = quarantine.setAside(
                table(),
                ledger(),
                slot.owner.shardId(),
                slot.record,
                reached,
                slot.delivery().firstAttemptAt(),
                failures);
        if (outcome.isWritten()) {
            slot.delivery().finish();
            finished(slot.record, RecordOutcome.QUARANTINED);
        }
        return outcome;
    }

    /** Releases fresh claims in the ledger. Others stay: deleting them would forget an earlier delivery. If the ledger does not answer, they are delivered later, as redelivered. */
    void release(List<Slot> slots) {
        List<Claim> fresh = slots.stream()
                .filter(slot -> slot.delivery().isFresh())
                .map(Slot::claim)
                .toList();
        try {
            for (int from = 0; from < fresh.size(); from += Ledger.MAX_BATCH) {
                ledger().release(fresh.subList(from, Math.min(from + Ledger.MAX_BATCH, fresh.size())));
            }
        } catch (RuntimeException e) {
            log.warn("{} claims of table {} could not be released: {}", fresh.size(), table(), e.toString());
        }
    }

    /** Notes that all records of a shard have ended up to this one. */
    void noteEnded(ShardId shardId, SequenceNumber sequenceNumber) {
        ended.mark(shardId, sequenceNumber);
    }

    /** Whether a record had ended here before it was read again. */
    boolean hasEnded(ShardId shardId, StreamRecord record) {
        return ended.covers(shardId, record.sequenceNumber());
    }

    /** Counts a record that was dropped. One that is read again after it had ended is a redelivery, whatever it was dropped for the first time. */
    void countDuplicate(Slot slot) {
        DuplicateKind kind = slot.endedBefore ? DuplicateKind.REDELIVERY : slot.duplicate;
        if (kind != null) {
            countDuplicate(kind, slot.owner.shardId(), slot.record, slot.claim().key());
        }
    }

    /** Counts records that need no delivery. A rewrite that is read once more is not counted once more: the producer did not write again. */
    void countPassed(ShardId shardId, List<StreamRecord> records) {
        for (StreamRecord record : records) {
            boolean seenBefore = read.mark(shardId, record.sequenceNumber());
            if (record.eventName() == EventName.MODIFY && !seenBefore) {
                countDuplicate(DuplicateKind.REWRITE, shardId, record, ItemKeys.text(record.keys()));
            } else if (record.eventName() != EventName.INSERT) {
                consumerListener().recordFinished(table(), record.eventName(), RecordOutcome.SKIPPED);
            }
        }
    }

    /** Counts the items of a page that was read twice; its other records were counted the first time. */
    void countRepeated(ShardId shardId, List<StreamRecord> records) {
        for (StreamRecord record : records) {
            if (record.eventName() == EventName.INSERT) {
                countDuplicate(DuplicateKind.REDELIVERY, shardId, record, keyOrEventId(record));
            }
        }
    }

    private String keyOrEventId(StreamRecord record) {
        try {
            return table.key().of(record);
        } catch (RuntimeException e) {
            return record.eventId();
        }
    }

    private void countDuplicate(DuplicateKind kind, ShardId shardId, StreamRecord record, String key) {
        consumerListener()
                .duplicateDropped(
                        new DuplicateDropped(table(), kind, record.eventId(), key, shardId, record.sequenceNumber()));
        finished(record, RecordOutcome.DUPLICATE);
    }
}
