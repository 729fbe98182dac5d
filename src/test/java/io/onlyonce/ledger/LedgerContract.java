package io.onlyonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.onlyonce.DuplicateKind;
import io.onlyonce.SettableClock;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** What every ledger does. A lost answer is played by calling again unchanged. */
abstract class LedgerContract {

    static final Duration RETENTION = Duration.ofDays(7);

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final String run = UUID.randomUUID() + "-";

    final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00.5Z"));

    /** The ledger under test, empty for each test. */
    abstract Ledger ledger();

    /** Table that {@link #effect} writes to. */
    abstract String effectsTable();

    /** How often the effect with this key has happened. */
    abstract int runs(String effect);

    @Test
    void newKeyIsClaimedFresh() {
        assertThat(claim(claim("key", "event", "a"))).isEqualTo(Claimed.FRESH);
    }

    @Test
    void repeatedClaimIsFreshAgain() {
        var claim = claim("key", "event", "a");
        claim(claim);

        assertThat(claim(claim)).isEqualTo(Claimed.FRESH);
    }

    @Test
    void repeatedClaimKeepsItsMarks() {
        var first = claim("key", "event", "a");
        claim(first);
        ledger().saveProgress(List.of(new Progress(first, Set.of("one", "two"), 3)));
        var second = claim("key", "event", "b");
        var marked = new Claimed(true, Set.of("one", "two"), 3);
        assertThat(claim(second)).isEqualTo(marked);

        assertThat(claim(second)).isEqualTo(marked);
    }

    @Test
    void completedKeyIsARedeliveryForTheSameEvent() {
        complete(claim("key", "event", "a"));

        assertThat(claim(claim("key", "event", "a"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void completedKeyIsAReinsertForAnotherEventOfTheSameContent() {
        complete(claim("key", "event", "hash", "a"));

        assertThat(claim(claim("key", "other", "hash", "a"))).isEqualTo(new Duplicate(DuplicateKind.REINSERT));
    }

    @Test
    void completedKeyIsAConflictForAnotherEventOfOtherContent() {
        complete(claim("key", "event", "hash", "a"));

        assertThat(claim(claim("key", "other", "different", "a"))).isEqualTo(new Duplicate(DuplicateKind.CONFLICT));
        assertThat(claim(claim("key", "event", "different", "a"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void backfilledItemWhoseKeyIsCompletedIsARedeliveryWhateverItsContent() {
        complete(claim("key", "event", "hash", "a"));

        assertThat(claim(claim("key", "backfill:orders:1", "", "a")))
                .isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "backfill:orders:1", "different", "a")))
                .isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void backfilledItemWhoseKeyIsInQuarantineIsLeftToTheRedrive() {
        var inserted = claim("key", "event", "hash", "a");
        claim(inserted);
        ledger().quarantine(new Progress(inserted, Set.of(), 1), List.of());

        assertThat(claim(claim("key", "backfill:orders:1", "", "a")))
                .isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void insertOfAnItemThatWasBackfilledIsARedeliveryWhateverItsContent() {
        complete(claim("key", "backfill:orders:1", "", "a"));

        assertThat(claim(claim("key", "event", "hash", "a"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "backfill:orders:1", "", "b")))
                .isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void contentThatIsNotKnownMakesNoConflict() {
        complete(claim("key", "event", "hash", "a"));
        complete(claim("bare", "event", "", "a"));

        assertThat(claim(claim("key", "other", "", "a"))).isEqualTo(new Duplicate(DuplicateKind.REINSERT));
        assertThat(claim(claim("bare", "other", "hash", "a"))).isEqualTo(new Duplicate(DuplicateKind.REINSERT));
    }

    @Test
    void completedKeyIsForgottenAfterTheRetention() {
        complete(claim("key", "event", "a"));

        clock.advance(RETENTION.minus(SECOND));
        assertThat(claim(claim("key", "event", "a"))).isInstanceOf(Duplicate.class);
        // Half a second is lost, because DynamoDB's time to live knows whole ones only.
        clock.advance(SECOND.dividedBy(2));
        var late = claim("key", "event", "a");
        assertThat(claim(late)).isEqualTo(Claimed.FRESH);
        assertThat(claim(late)).isEqualTo(Claimed.FRESH);
        assertThat(claim(claim("key", "event", "a"))).isEqualTo(new InProgress(late.token(), 0));
    }

    @Test
    void completionCountsFromWhenItWasWritten() {
        var claim = claim("key", "event", "a");
        claim(claim);
        clock.advance(RETENTION);
        ledger().complete(List.of(claim));
        clock.advance(RETENTION.minus(SECOND));

        assertThat(claim(claim("key", "event", "a"))).isInstanceOf(Duplicate.class);
    }

    @Test
    void unfinishedDeliveryOfAnotherProcessIsTakenOver() {
        claim(claim("key", "event", "a"));

        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Claimed(true, Set.of(), 0));
    }

    @Test
    void claimThatIsOlderThanTheRetentionIsStillTakenOver() {
        claim(claim("key", "event", "a"));
        clock.advance(RETENTION.multipliedBy(2));

        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Claimed(true, Set.of(), 0));
    }

    @Test
    void deliveryInTheSameProcessIsInProgress() {
        var first = claim("key", "event", "a");
        claim(first);
        ledger().saveProgress(List.of(new Progress(first, Set.of(), 2)));

        assertThat(claim(claim("key", "event", "a"))).isEqualTo(new InProgress(first.token(), 2));
        assertThat(claim(claim("key", "other", "a"))).isEqualTo(new InProgress(first.token(), 2));
    }

    @Test
    void deliveryOfAnotherEventInAnotherProcessIsInProgress() {
        var first = claim("key", "event", "a");
        claim(first);

        assertThat(claim(claim("key", "other", "b"))).isEqualTo(new InProgress(first.token(), 0));
    }

    @Test
    void quarantinedKeyIsARedeliveryForTheSameEventOnly() {
        var first = claim("key", "event", "a");
        claim(first);
        ledger().quarantine(new Progress(first, Set.of("one"), 5), List.of());

        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "other", "b"))).isEqualTo(new Claimed(true, Set.of("one"), 0));
    }

    @Test
    void whatWasSetAsideBeforeAnotherEventOfItsKeyIsStillARedelivery() {
        setAside(claim("key", "one", "a"));
        var second = claim("key", "two", "a");
        claim(second);
        assertThat(claim(claim("key", "one", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "one", "a"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));

        ledger().saveProgress(List.of(new Progress(second, Set.of(), 1)));
        ledger().quarantine(new Progress(second, Set.of(), 5), List.of());
        setAside(claim("key", "three", "b"));
        for (String event : List.of("one", "two", "three")) {
            assertThat(claim(claim("key", event, "c"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        }
        assertThat(claim(claim("key", "four", "c"))).isEqualTo(new Claimed(true, Set.of(), 0));
    }

    @Test
    void whatWasSetAsideIsStillARedeliveryWhenAnotherEventOfItsKeyIsTakenOver() {
        setAside(claim("key", "one", "a"));
        var second = claim("key", "two", "a");
        claim(second);

        var third = claim("key", "three", "b");
        assertThat(ledger().takeOver(third, second.token())).isInstanceOf(Claimed.class);
        assertThat(claim(claim("key", "one", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "two", "c"))).isEqualTo(new InProgress(third.token(), 0));
        assertThat(claim(claim("key", "three", "c"))).isEqualTo(new Claimed(true, Set.of(), 0));
        assertThat(claim(claim("key", "one", "d"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void whatIsRedrivenIsARedeliveryUntilTheKeyIsCompleted() {
        setAside(claim("key", "one", "a"));
        setAside(claim("key", "two", "a"));
        var redrive = claim("key", "one", "a");
        assertThat(ledger().redrive(redrive)).isEqualTo(new Claimed(true, Set.of(), 0));
        assertThat(claim(claim("key", "one", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "two", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));

        var next = claim("key", "two", "b");
        assertThat(ledger().redriveFrom(next, redrive.token())).isEqualTo(new Claimed(true, Set.of(), 0));
        assertThat(claim(claim("key", "one", "c"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "two", "c"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        ledger().complete(List.of(next));
        assertThat(claim(claim("key", "one", "d"))).isEqualTo(new Duplicate(DuplicateKind.REINSERT));
        clock.advance(RETENTION);
        assertThat(claim(claim("key", "one", "d"))).isEqualTo(Claimed.FRESH);
    }

    @Test
    void redriveOfWhatIsNotOnRecordIsARedeliveryUntilTheKeyIsCompleted() {
        var redrive = claim("key", "one", "a");
        ledger().redrive(redrive);

        assertThat(claim(claim("key", "one", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void takeoverLocksOutEveryEarlierHolder() {
        var first = claim("key", "event", "a");
        var second = claim("key", "event", "b");
        var third = claim("key", "event", "c");
        claim(first);
        claim(second);
        claim(third);

        for (Claim earlier : List.of(first, second)) {
            assertThat(ledger().saveProgress(List.of(new Progress(earlier, Set.of("one"), 1))))
                    .containsExactly(false);
            assertThat(ledger().commit(earlier, "one", Set.of(), List.of(effect("effect"))))
                    .isEqualTo(CommitOutcome.CLAIM_LOST);
            assertThat(ledger().quarantine(new Progress(earlier, Set.of(), 1), List.of(effect("effect"))))
                    .isEqualTo(CommitOutcome.CLAIM_LOST);
            ledger().release(List.of(earlier));
        }
        assertThat(effects("effect")).isZero();
        assertThat(claim(third)).isEqualTo(new Claimed(true, Set.of(), 0));
    }

    @Test
    void abandonedClaimOfAnotherEventIsTakenOver() {
        var holder = claim("key", "event", "a");
        claim(holder);
        ledger().saveProgress(List.of(new Progress(holder, Set.of("one"), 4)));
        var taker = claim("key", "other", "a");

        var taken = ledger().takeOver(taker, holder.token());
        assertThat(taken).isEqualTo(new Claimed(true, Set.of("one"), 0));
        assertThat(ledger().takeOver(taker, holder.token())).isEqualTo(taken);
        assertThat(claim(taker)).isEqualTo(taken);
        assertThat(ledger().saveProgress(List.of(new Progress(holder, Set.of(), 5))))
                .containsExactly(false);
    }

    @Test
    void abandonedClaimOfTheSameEventKeepsItsAttempts() {
        var holder = claim("key", "event", "a");
        claim(holder);
        ledger().saveProgress(List.of(new Progress(holder, Set.of("one"), 4)));

        assertThat(ledger().takeOver(claim("key", "event", "a"), holder.token()))
                .isEqualTo(new Claimed(true, Set.of("one"), 4));
    }

    @Test
    void claimThatHasChangedHandsIsNotTakenOver() {
        var holder = claim("key", "event", "a");
        var next = claim("key", "event", "b");
        claim(holder);
        claim(next);

        assertThat(ledger().takeOver(claim("key", "other", "c"), holder.token()))
                .isEqualTo(new InProgress(next.token(), 0));
    }

    @Test
    void takeoverOfWhatHasEndedIsAnsweredAsAClaim() {
        var holder = claim("key", "event", "hash", "a");
        claim(holder);
        ledger().complete(List.of(holder));

        assertThat(ledger().takeOver(claim("key", "other", "hash", "b"), holder.token()))
                .isEqualTo(new Duplicate(DuplicateKind.REINSERT));
        assertThat(ledger().takeOver(claim("unknown", "other", "hash", "b"), holder.token()))
                .isEqualTo(Claimed.FRESH);
    }

    @Test
    void releasedKeyIsClaimedFresh() {
        var claim = claim("key", "event", "a");
        claim(claim);
        ledger().release(List.of(claim));
        ledger().release(List.of(claim));

        assertThat(claim(claim("key", "event", "b"))).isEqualTo(Claimed.FRESH);
    }

    @Test
    void releaseLeavesOthersAlone() {
        var completed = claim("completed", "event", "a");
        var quarantined = claim("quarantined", "event", "a");
        var taken = claim("taken", "event", "a");
        var unknown = claim("unknown", "event", "a");
        var own = claim("own", "event", "a");
        ledger().claim(List.of(completed, quarantined, taken, own));
        ledger().complete(List.of(completed));
        ledger().quarantine(new Progress(quarantined, Set.of(), 1), List.of());
        var taker = claim("taken", "event", "b");
        claim(taker);

        ledger().release(List.of(completed, quarantined, taken, unknown, own));

        assertThat(claim(claim("completed", "event", "c"))).isInstanceOf(Duplicate.class);
        assertThat(claim(claim("quarantined", "event", "c"))).isInstanceOf(Duplicate.class);
        assertThat(claim(taker)).isEqualTo(new Claimed(true, Set.of(), 0));
        assertThat(claim(claim("own", "event", "c"))).isEqualTo(Claimed.FRESH);
    }

    @Test
    void progressIsSavedWhereTheClaimStands() {
        var held = claim("held", "event", "a");
        var completed = claim("completed", "event", "a");
        var quarantined = claim("quarantined", "event", "a");
        var unknown = claim("unknown", "event", "a");
        ledger().claim(List.of(held, completed, quarantined));
        ledger().complete(List.of(completed));
        ledger().quarantine(new Progress(quarantined, Set.of(), 1), List.of());
        var progress = List.of(
                new Progress(unknown, Set.of("one"), 1),
                new Progress(held, Set.of("one"), 1),
                new Progress(completed, Set.of("one"), 1),
                new Progress(quarantined, Set.of("one"), 1));

        assertThat(ledger().saveProgress(progress)).containsExactly(false, true, false, false);
        assertThat(ledger().saveProgress(progress)).containsExactly(false, true, false, false);
        assertThat(claim(claim("held", "event", "b"))).isEqualTo(new Claimed(true, Set.of("one"), 1));
        assertThat(claim(claim("completed", "event", "b"))).isInstanceOf(Duplicate.class);
        assertThat(claim(claim("quarantined", "event", "b"))).isInstanceOf(Duplicate.class);
        assertThat(claim(claim("unknown", "event", "b"))).isEqualTo(Claimed.FRESH);
    }

    @Test
    void lateProgressDoesNotUndoACommit() {
        var claim = claim("key", "event", "a");
        claim(claim);
        ledger().commit(claim, "two", Set.of("one"), List.of(effect("effect")));

        assertThat(ledger().saveProgress(List.of(new Progress(claim, Set.of("one"), 1))))
                .containsExactly(true);
        assertThat(ledger().commit(claim, "two", Set.of("one"), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects("effect")).isOne();
    }

    @Test
    void progressOfADeliveryThatKnowsNothingOfItsCommitDoesNotUndoIt() {
        var claim = claim("key", "event", "a");
        claim(claim);
        ledger().commit(claim, "one", Set.of(), List.of(effect("effect")));

        assertThat(ledger().saveProgress(List.of(new Progress(claim, Set.of("two"), 1))))
                .containsExactly(true);
        assertThat(ledger().commit(claim, "one", Set.of("two"), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects("effect")).isOne();
        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Claimed(true, Set.of("one", "two"), 1));
    }

    @Test
    void progressAddsToWhatWasSavedBefore() {
        var first = claim("first", "event", "a");
        var second = claim("second", "event", "a");
        ledger().claim(List.of(first, second));
        ledger().commit(first, "one", Set.of(), List.of(effect("effect")));
        ledger().commit(first, "two", Set.of("one"), List.of(effect("effect")));

        assertThat(ledger().saveProgress(List.of(
                        new Progress(first, Set.of("three"), 1), new Progress(second, Set.of("three"), 1))))
                .containsExactly(true, true);
        assertThat(ledger().saveProgress(
                                List.of(new Progress(first, Set.of(), 2), new Progress(second, Set.of("three"), 2))))
                .containsExactly(true, true);
        assertThat(claim(claim("first", "event", "b"))).isEqualTo(new Claimed(true, Set.of("one", "two", "three"), 2));
        assertThat(claim(claim("second", "event", "b"))).isEqualTo(new Claimed(true, Set.of("three"), 2));
    }

    @Test
    void completionNeedsNoClaim() {
        var unknown = claim("unknown", "event", "a");
        ledger().complete(List.of(unknown));
        ledger().complete(List.of(unknown));

        assertThat(claim(claim("unknown", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void completionByAnEarlierHolderEndsTheTakersDelivery() {
        var zombie = claim("key", "event", "a");
        var taker = claim("key", "event", "b");
        claim(zombie);
        claim(taker);

        ledger().complete(List.of(zombie));

        assertThat(ledger().commit(taker, "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.CLAIM_LOST);
        assertThat(ledger().saveProgress(List.of(new Progress(taker, Set.of(), 1))))
                .containsExactly(false);
        ledger().release(List.of(taker));
        assertThat(claim(taker)).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        ledger().complete(List.of(taker));
        assertThat(claim(claim("key", "event", "c"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(effects("effect")).isZero();
    }

    @Test
    void completionByAnEarlierHolderReplacesAQuarantine() {
        var zombie = claim("key", "event", "a");
        var taker = claim("key", "event", "b");
        claim(zombie);
        claim(taker);
        ledger().quarantine(new Progress(taker, Set.of(), 1), List.of());

        ledger().complete(List.of(zombie));

        assertThat(ledger().redrive(claim("key", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void repeatedCommitHasItsEffectOnce() {
        var claim = claim("key", "event", "a");
        claim(claim);

        assertThat(ledger().commit(claim, "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED);
        assertThat(ledger().commit(claim, "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects("effect")).isOne();
    }

    @Test
    void repeatedCommitCountsEvenWhereItsItemsAreRefused() {
        var claim = claim("key", "event", "a");
        claim(claim);
        ledger().commit(claim, "one", Set.of(), List.of(effect("effect")));

        assertThat(ledger().commit(claim, "one", Set.of(), List.of(effect("effect"), refused())))
                .isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects("effect")).isOne();
    }

    @Test
    void eachListenerCommitsForItself() {
        var claim = claim("key", "event", "a");
        claim(claim);

        ledger().commit(claim, "two", Set.of("one"), List.of(effect("second")));
        ledger().commit(claim, "three", Set.of("one", "two"), List.of(effect("third"), effect("fourth")));

        assertThat(effects("second")).isOne();
        assertThat(effects("third")).isOne();
        assertThat(effects("fourth")).isOne();
        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Claimed(true, Set.of("one", "two", "three"), 0));
    }

    @Test
    void commitWithoutItemsPutsTheListenerOnRecord() {
        var claim = claim("key", "event", "a");
        claim(claim);

        assertThat(ledger().commit(claim, "one", Set.of(), List.of())).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(claim(claim)).isEqualTo(new Claimed(false, Set.of("one"), 0));
    }

    @Test
    void committedEffectIsNotRepeatedByATaker() {
        var first = claim("key", "event", "a");
        claim(first);
        ledger().commit(first, "one", Set.of(), List.of(effect("effect")));
        var taker = claim("key", "event", "b");
        claim(taker);

        assertThat(ledger().commit(taker, "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects("effect")).isOne();
    }

    @Test
    void refusedItemsAreThrownAndNothingIsWritten() {
        var claim = claim("key", "event", "a");
        claim(claim);

        assertThatExceptionOfType(TransactionCanceledException.class)
                .isThrownBy(() -> ledger().commit(claim, "one", Set.of(), List.of(effect("effect"), refused())))
                .satisfies(e -> assertThat(e.cancellationReasons())
                        .extracting(reason -> reason.code())
                        .startsWith("None", "ConditionalCheckFailed"));
        assertThat(effects("effect")).isZero();
        assertThat(claim(claim)).isEqualTo(Claimed.FRESH);
        assertThat(ledger().commit(claim, "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void lostClaimCountsBeforeRefusedItems() {
        var claim = claim("key", "event", "a");
        claim(claim);
        claim(claim("key", "event", "b"));

        assertThat(ledger().commit(claim, "one", Set.of(), List.of(refused()))).isEqualTo(CommitOutcome.CLAIM_LOST);
        assertThat(ledger().quarantine(new Progress(claim, Set.of(), 1), List.of(refused())))
                .isEqualTo(CommitOutcome.CLAIM_LOST);
    }

    @Test
    void earlierCommitDoesNotBringBackALostClaim() {
        var lost = claim("lost", "event", "a");
        var ended = claim("ended", "event", "a");
        ledger().claim(List.of(lost, ended));
        ledger().commit(lost, "one", Set.of(), List.of());
        ledger().commit(ended, "one", Set.of(), List.of());
        claim(claim("lost", "event", "b"));
        ledger().quarantine(new Progress(ended, Set.of("one"), 1), List.of());

        assertThat(ledger().commit(lost, "one", Set.of(), List.of())).isEqualTo(CommitOutcome.CLAIM_LOST);
        assertThat(ledger().commit(ended, "one", Set.of(), List.of())).isEqualTo(CommitOutcome.CLAIM_LOST);
    }

    @Test
    void endedDeliveryCommitsNothing() {
        var claim = claim("key", "event", "a");
        complete(claim);

        assertThat(ledger().commit(claim, "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.CLAIM_LOST);
        assertThat(ledger().commit(claim("unknown", "event", "a"), "one", Set.of(), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.CLAIM_LOST);
        assertThat(effects("effect")).isZero();
    }

    @Test
    void repeatedQuarantineHasItsEffectOnce() {
        var claim = claim("key", "event", "a");
        claim(claim);
        var progress = new Progress(claim, Set.of("one"), 5);

        assertThat(ledger().quarantine(progress, List.of(effect("effect")))).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(ledger().quarantine(progress, List.of(effect("effect"), refused())))
                .isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects("effect")).isOne();
    }

    @Test
    void refusedItemsLeaveTheKeyClaimed() {
        var claim = claim("key", "event", "a");
        claim(claim);

        assertThatExceptionOfType(TransactionCanceledException.class)
                .isThrownBy(() -> ledger().quarantine(new Progress(claim, Set.of("one"), 5), List.of(refused())));
        assertThat(claim(claim)).isEqualTo(Claimed.FRESH);
    }

    @Test
    void quarantineOutlivesTheRetention() {
        var claim = claim("key", "event", "a");
        claim(claim);
        ledger().quarantine(new Progress(claim, Set.of(), 5), List.of());
        clock.advance(RETENTION.multipliedBy(10));

        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void redriveClaimsAQuarantinedKeyWithoutItsAttempts() {
        var first = claim("key", "event", "a");
        claim(first);
        ledger().quarantine(new Progress(first, Set.of("one"), 5), List.of());
        var redrive = claim("key", "event", "a");

        assertThat(ledger().redrive(redrive)).isEqualTo(new Claimed(true, Set.of("one"), 0));
        assertThat(ledger().redrive(redrive)).isEqualTo(new Claimed(true, Set.of("one"), 0));
        assertThat(ledger().commit(redrive, "two", Set.of("one"), List.of(effect("effect"))))
                .isEqualTo(CommitOutcome.COMMITTED);
        ledger().complete(List.of(redrive));
        assertThat(claim(claim("key", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void redriveOfAnUnknownKeyIsMarkedRedelivered() {
        var redrive = claim("key", "event", "a");
        complete(claim("outlived", "event", "a"));
        clock.advance(RETENTION);

        assertThat(ledger().redrive(redrive)).isEqualTo(new Claimed(true, Set.of(), 0));
        assertThat(ledger().redrive(redrive)).isEqualTo(new Claimed(true, Set.of(), 0));
        assertThat(ledger().redrive(claim("outlived", "event", "a"))).isEqualTo(new Claimed(true, Set.of(), 0));
    }

    @Test
    void redriveNeverTakesOver() {
        var holder = claim("key", "event", "a");
        claim(holder);

        assertThat(ledger().redrive(claim("key", "event", "b"))).isEqualTo(new InProgress(holder.token(), 0));
        assertThat(ledger().redrive(claim("key", "other", "b"))).isEqualTo(new InProgress(holder.token(), 0));
    }

    @Test
    void redriveTakesOverFromAnAbandonedHolderOnly() {
        var abandoned = claim("key", "event", "a");
        claim(abandoned);
        ledger().saveProgress(List.of(new Progress(abandoned, Set.of("one"), 1)));
        var redrive = claim("key", "event", "b");

        assertThat(ledger().redriveFrom(redrive, abandoned.token())).isEqualTo(new Claimed(true, Set.of("one"), 1));
        assertThat(ledger().redriveFrom(redrive, abandoned.token())).isEqualTo(new Claimed(true, Set.of("one"), 1));
        assertThat(ledger().redriveFrom(claim("key", "event", "c"), abandoned.token()))
                .isEqualTo(new InProgress(redrive.token(), 1));
    }

    @Test
    void redriveFromAHolderThatHasSetTheRecordAsideOnceMoreClaimsIt() {
        var holder = claim("key", "event", "a");
        claim(holder);
        ledger().quarantine(new Progress(holder, Set.of("one"), 5), List.of());

        assertThat(ledger().redriveFrom(claim("key", "event", "b"), holder.token()))
                .isEqualTo(new Claimed(true, Set.of("one"), 0));
    }

    @Test
    void redriveOfWhatHasEndedIsAnsweredAsAClaim() {
        complete(claim("completed", "event", "hash", "a"));
        var quarantined = claim("quarantined", "event", "a");
        claim(quarantined);
        ledger().quarantine(new Progress(quarantined, Set.of("one"), 5), List.of());

        assertThat(ledger().redrive(claim("completed", "event", "hash", "b")))
                .isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(ledger().redrive(claim("completed", "other", "odd", "b")))
                .isEqualTo(new Duplicate(DuplicateKind.CONFLICT));
        assertThat(ledger().redrive(claim("quarantined", "other", "b"))).isEqualTo(new Claimed(true, Set.of("one"), 0));
    }

    @Test
    void fullBatchIsAnsweredInOrder() {
        var own = claim("key-0", "event", "a");
        var foreign = claim("key-5", "event", "b");
        var other = claim("key-10", "other", "b");
        ledger().claim(List.of(own, foreign, other));
        complete(claim("key-15", "event", "a"));
        var batch = IntStream.range(0, Ledger.MAX_BATCH)
                .mapToObj(i -> i == 0 ? own : claim("key-" + i, "event", "a"))
                .toList();

        var outcomes = ledger().claim(batch);

        for (int i = 0; i < Ledger.MAX_BATCH; i++) {
            ClaimOutcome expected =
                    switch (i) {
                        case 5 -> new Claimed(true, Set.of(), 0);
                        case 10 -> new InProgress(other.token(), 0);
                        case 15 -> new Duplicate(DuplicateKind.REDELIVERY);
                        default -> Claimed.FRESH;
                    };
            assertThat(outcomes.get(i)).as("outcome %d", i).isEqualTo(expected);
        }
        assertThat(ledger().saveProgress(batch.stream()
                        .map(claim -> new Progress(claim, Set.of("one"), 1))
                        .toList()))
                .hasSize(Ledger.MAX_BATCH)
                .satisfies(saved -> assertThat(IntStream.range(0, saved.size()).filter(i -> !saved.get(i)))
                        .containsExactly(10, 15));
        ledger().complete(batch);
        assertThat(ledger().claim(batch)).containsOnly(new Duplicate(DuplicateKind.REDELIVERY));
        ledger().release(batch);
        assertThat(ledger().claim(batch)).containsOnly(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void batchesOutOfBoundsAreRefused() {
        var tooMany = IntStream.rangeClosed(0, Ledger.MAX_BATCH)
                .mapToObj(i -> claim("key-" + i, "event", "a"))
                .toList();
        var twice = List.of(claim("key", "event", "a"), claim("key", "other", "a"));

        for (var batch : List.of(tooMany, twice)) {
            assertThatIllegalArgumentException().isThrownBy(() -> ledger().claim(batch));
            assertThatIllegalArgumentException().isThrownBy(() -> ledger().release(batch));
            assertThatIllegalArgumentException().isThrownBy(() -> ledger().complete(batch));
            assertThatIllegalArgumentException().isThrownBy(() -> ledger().saveProgress(batch.stream()
                    .map(claim -> new Progress(claim, Set.of(), 0))
                    .toList()));
        }
    }

    @Test
    void emptyBatchesAreAnswered() {
        assertThat(ledger().claim(List.of())).isEmpty();
        assertThat(ledger().saveProgress(List.of())).isEmpty();
        ledger().release(List.of());
        ledger().complete(List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "it's",
                "\"quoted\"",
                "a?b",
                "a#b",
                "{'pk': ?}",
                "line\nbreak",
                "tab\t\u0001",
                "\uD83D\uDE00 smile",
                "Grüße",
                "sha256:0000"
            })
    void oddCharactersAreKeysLikeAnyOther(String key) {
        var first = claim(key, "event '\"?", "hash '\"?", "process/with?\"odd'");
        assertThat(claim(first)).isEqualTo(Claimed.FRESH);
        assertThat(ledger().saveProgress(List.of(new Progress(first, Set.of("listener '\"?"), 1))))
                .containsExactly(true);
        var second = claim(key, "event '\"?", "hash '\"?", "b");
        assertThat(claim(second)).isEqualTo(new Claimed(true, Set.of("listener '\"?"), 1));
        assertThat(ledger().commit(second, "other '\"?", Set.of("listener '\"?"), List.of()))
                .isEqualTo(CommitOutcome.COMMITTED);
        ledger().complete(List.of(second));
        assertThat(claim(claim(key, "event '\"?", "hash '\"?", "c")))
                .isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim(key, "another", "odd", "c"))).isEqualTo(new Duplicate(DuplicateKind.CONFLICT));
    }

    @Test
    void longKeysAreToldApart() {
        var key = "k".repeat(10_000);
        var first = claim(key + "1", "event", "a");
        var second = claim(key + "2", "event", "a");

        assertThat(ledger().claim(List.of(first, second))).containsOnly(Claimed.FRESH);
        ledger().complete(List.of(first));
        assertThat(claim(claim(key + "1", "event", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim(key + "2", "event", "b"))).isEqualTo(new Claimed(true, Set.of(), 0));
    }

    final ClaimOutcome claim(Claim claim) {
        return ledger().claim(List.of(claim)).get(0);
    }

    final void setAside(Claim claim) {
        assertThat(claim(claim)).isInstanceOf(Claimed.class);
        assertThat(ledger().quarantine(new Progress(claim, Set.of(), 5), List.of()))
                .isEqualTo(CommitOutcome.COMMITTED);
    }

    final void complete(Claim claim) {
        assertThat(claim(claim)).isEqualTo(Claimed.FRESH);
        ledger().complete(List.of(claim));
    }

    /** A new claim, with a token of its own. */
    static Claim claim(String key, String eventId, String process) {
        return claim(key, eventId, "", process);
    }

    static Claim claim(String key, String eventId, String contentHash, String process) {
        return new Claim(key, eventId, contentHash, new ClaimToken(process, NUMBERS.incrementAndGet()));
    }

    final int effects(String id) {
        return runs(run + id);
    }

    /** Counts how often it happens. */
    final TransactWriteItem effect(String id) {
        return TransactWriteItem.builder()
                .update(update -> update.tableName(effectsTable())
                        .key(Map.of("id", AttributeValue.fromS(run + id)))
                        .updateExpression("ADD runs :one")
                        .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1"))))
                .build();
    }

    /** Has a condition that never holds. */
    final TransactWriteItem refused() {
        return TransactWriteItem.builder()
                .conditionCheck(check -> check.tableName(effectsTable())
                        .key(Map.of("id", AttributeValue.fromS("never written")))
                        .conditionExpression("attribute_exists(id)"))
                .build();
    }
}
