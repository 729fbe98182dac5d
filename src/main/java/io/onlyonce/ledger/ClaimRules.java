package io.onlyonce.ledger;

import io.onlyonce.DuplicateKind;
import io.onlyonce.stream.StreamRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a claim, by what is on record for its key. Reads and writes nothing, so that every ledger decides alike. */
final class ClaimRules {

    private final Duration retention;
    private final Clock clock;

    ClaimRules(Duration retention, Clock clock) {
        this.retention = retention;
        this.clock = clock;
    }

    /** One way to claim. */
    @FunctionalInterface
    interface Rule {

        /** Decides by the entry; {@code null} stands for none. */
        Decision decide(Claim claim, @Nullable LedgerEntry entry);
    }

    /**
     * What to answer, and what to write first.
     *
     * @param outcome answer
     * @param replacement new entry, to be written on condition that the old one is unchanged; absent if nothing is to be written
     */
    record Decision(ClaimOutcome outcome, @Nullable LedgerEntry replacement) {}

    /** The rule of {@link Ledger#claim}. */
    Decision claim(Claim claim, @Nullable LedgerEntry entry) {
        if (entry == null || entry.isOutlived(clock.instant())) {
            return write(LedgerEntry.claimed(claim, false, Set.of(), 0, List.of(), expiry()));
        }
        if (entry.state() == LedgerEntry.State.COMPLETED) {
            return new Decision(new ClaimOutcome.Duplicate(kind(claim, entry)), null);
        }
        boolean quarantined = entry.state() == LedgerEntry.State.QUARANTINED;
        // A redrive delivers a backfilled item that is in quarantine, under the event id that receivers may know.
        if (entry.hasSetAside(claim.eventId()) || (quarantined && StreamRecord.isBackfilled(claim.eventId()))) {
            return new Decision(new ClaimOutcome.Duplicate(DuplicateKind.REDELIVERY), null);
        }
        return quarantined || isLeftBehind(claim, entry)
                ? take(claim, entry, entry.setAsideSoFar())
                : leave(claim, entry);
    }

    /** The rule of {@link Ledger#takeOver} from one holder. */
    Rule takeOver(ClaimToken holder) {
        return (claim, entry) -> entry != null && entry.isClaimedBy(holder)
                ? take(claim, entry, entry.setAsideSoFar())
                : claim(claim, entry);
    }

    /** The rule of {@link Ledger#redrive}. */
    Decision redrive(Claim claim, @Nullable LedgerEntry entry) {
        if (entry == null || entry.isOutlived(clock.instant())) {
            return write(LedgerEntry.claimed(claim, true, Set.of(), 0, List.of(claim.eventId()), expiry()));
        }
        return switch (entry.state()) {
            case CLAIMED -> leave(claim, entry);
            case QUARANTINED -> takeForRedrive(claim, entry);
            case COMPLETED -> claim(claim, entry);
        };
    }

    /** The rule of {@link Ledger#redriveFrom} one holder. */
    Rule redriveFrom(ClaimToken holder) {
        return (claim, entry) ->
                entry != null && entry.isClaimedBy(holder) ? takeForRedrive(claim, entry) : redrive(claim, entry);
    }

    /** When an entry that is written now may be deleted, to the second as DynamoDB keeps it. */
    Instant expiry() {
        return clock.instant().plus(retention).truncatedTo(ChronoUnit.SECONDS);
    }

    /** The event stays in quarantine until its redrive has completed, so the entry goes on to say so. */
    private Decision takeForRedrive(Claim claim, LedgerEntry entry) {
        return take(claim, entry, LedgerEntry.append(entry.setAsideSoFar(), claim.eventId()));
    }

    private Decision take(Claim claim, LedgerEntry from, List<String> setAside) {
        int attempts = from.state() == LedgerEntry.State.CLAIMED && from.isFor(claim) ? from.attempts() : 0;
        return write(LedgerEntry.claimed(claim, true, from.completedListeners(), attempts, setAside, expiry()));
    }

    private static Decision write(LedgerEntry entry) {
        return new Decision(answer(entry), entry);
    }

    private static Decision leave(Claim claim, LedgerEntry entry) {
        return new Decision(
                entry.isClaimedBy(claim.token())
                        ? answer(entry)
                        : new ClaimOutcome.InProgress(entry.token(), entry.attempts()),
                null);
    }

    private static ClaimOutcome answer(LedgerEntry entry) {
        return new ClaimOutcome.Claimed(entry.redelivered(), entry.completedListeners(), entry.attempts());
    }

    private static boolean isLeftBehind(Claim claim, LedgerEntry entry) {
        return entry.isFor(claim)
                && !entry.token().process().equals(claim.token().process());
    }

    /** A hash that one side lacks (no new image in the stream, or another key setting at the time) proves no conflict. What a backfill finds in the table was not written by the producer again. */
    private static DuplicateKind kind(Claim claim, LedgerEntry entry) {
        if (entry.isFor(claim)
                || StreamRecord.isBackfilled(claim.eventId())
                || StreamRecord.isBackfilled(entry.eventId())) {
            return DuplicateKind.REDELIVERY;
        }
        boolean comparable =
                !entry.contentHash().isEmpty() && !claim.contentHash().isEmpty();
        return comparable && !entry.contentHash().equals(claim.contentHash())
                ? DuplicateKind.CONFLICT
                : DuplicateKind.REINSERT;
    }
}
