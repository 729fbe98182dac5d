package io.onlyonce.publication;

import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.Progress;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Tells the consumer's listener of every call of a ledger. */
final class ObservedLedger implements Ledger {

    private final String table;
    private final Ledger ledger;
    private final ConsumerListener listener;

    ObservedLedger(String table, Ledger ledger, ConsumerListener listener) {
        this.table = table;
        this.ledger = ledger;
        this.listener = listener;
    }

    @Override
    public List<ClaimOutcome> claim(List<Claim> claims) {
        return observe(LedgerOperation.CLAIM, () -> ledger.claim(claims));
    }

    @Override
    public ClaimOutcome takeOver(Claim claim, ClaimToken holder) {
        return observe(LedgerOperation.TAKE_OVER, () -> ledger.takeOver(claim, holder));
    }

    @Override
    public void release(List<Claim> claims) {
        observe(LedgerOperation.RELEASE, () -> {
            ledger.release(claims);
            return true;
        });
    }

    @Override
    public List<Boolean> saveProgress(List<Progress> progress) {
        return observe(LedgerOperation.SAVE_PROGRESS, () -> ledger.saveProgress(progress));
    }

    @Override
    public void complete(List<Claim> claims) {
        observe(LedgerOperation.COMPLETE, () -> {
            ledger.complete(claims);
            return true;
        });
    }

    @Override
    public CommitOutcome commit(
            Claim claim, String listenerId, Set<String> completedListeners, List<TransactWriteItem> items) {
        return observe(LedgerOperation.COMMIT, () -> ledger.commit(claim, listenerId, completedListeners, items));
    }

    @Override
    public CommitOutcome quarantine(Progress progress, List<TransactWriteItem> items) {
        return observe(LedgerOperation.QUARANTINE, () -> ledger.quarantine(progress, items));
    }

    @Override
    public ClaimOutcome redrive(Claim claim) {
        return observe(LedgerOperation.REDRIVE, () -> ledger.redrive(claim));
    }

    @Override
    public ClaimOutcome redriveFrom(Claim claim, ClaimToken holder) {
        return observe(LedgerOperation.TAKE_OVER, () -> ledger.redriveFrom(claim, holder));
    }

    private <T> T observe(LedgerOperation operation, Supplier<T> call) {
        long start = System.nanoTime();
        boolean success = false;
        try {
            T result = call.get();
            success = true;
            return result;
        } finally {
            listener.ledgerCalled(table, operation, success, Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
