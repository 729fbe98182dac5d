package io.onlyonce.actuate;

import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.Progress;
import io.onlyonce.quarantine.InMemoryQuarantineStore;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Ledger that answers a redrive as told, and believes every claim. */
final class StubLedger implements Ledger {

    private final InMemoryQuarantineStore store;
    private volatile Supplier<ClaimOutcome> redrives = () -> ClaimOutcome.Claimed.FRESH;

    StubLedger(InMemoryQuarantineStore store) {
        this.store = store;
    }

    void answerRedrives(ClaimOutcome outcome) {
        redrives = () -> outcome;
    }

    void failRedrives(RuntimeException failure) {
        redrives = () -> {
            throw failure;
        };
    }

    @Override
    public ClaimOutcome redrive(Claim claim) {
        return redrives.get();
    }

    @Override
    public ClaimOutcome redriveFrom(Claim claim, ClaimToken holder) {
        return redrives.get();
    }

    @Override
    public List<Boolean> saveProgress(List<Progress> progress) {
        return progress.stream().map(element -> true).toList();
    }

    @Override
    public void complete(List<Claim> claims) {}

    @Override
    public CommitOutcome quarantine(Progress progress, List<TransactWriteItem> items) {
        store.apply(items);
        return CommitOutcome.COMMITTED;
    }

    @Override
    public List<ClaimOutcome> claim(List<Claim> claims) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClaimOutcome takeOver(Claim claim, ClaimToken holder) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void release(List<Claim> claims) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CommitOutcome commit(
            Claim claim, String listener, Set<String> completedListeners, List<TransactWriteItem> items) {
        throw new UnsupportedOperationException();
    }
}
