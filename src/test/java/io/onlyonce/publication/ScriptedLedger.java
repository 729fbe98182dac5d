package io.onlyonce.publication;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.ledger.Progress;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Ledger as one process sees it: keeps its calls, and fails, delays or loses answers as a test says. */
final class ScriptedLedger implements Ledger {

    private final Ledger ledger;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<LedgerOperation, Around> script = new ConcurrentHashMap<>();

    /** What happens around a call. */
    interface Around {
        Object call(LedgerOperation operation, List<String> keys, Supplier<?> call);
    }

    /** One call, answered or not. */
    record Call(LedgerOperation operation, List<String> keys) {}

    ScriptedLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Wraps every call of these operations, all if none is named, until {@link #heal}. */
    void around(Around around, LedgerOperation... operations) {
        operations(operations).forEach(operation -> script.put(operation, around));
    }

    /** Runs something before every call of these operations; what it throws keeps the call from reaching the ledger. */
    void before(Runnable step, LedgerOperation... operations) {
        around(
                (operation, keys, call) -> {
                    step.run();
                    return call.get();
                },
                operations);
    }

    /** Runs something after every call of these operations; what it throws loses the answer. */
    void after(Runnable step, LedgerOperation... operations) {
        around(
                (operation, keys, call) -> {
                    Object answer = call.get();
                    step.run();
                    return answer;
                },
                operations);
    }

    /** Lets calls of these operations fail, all if none is named, until {@link #heal}. */
    void fail(LedgerOperation... operations) {
        before(
                () -> {
                    throw unavailable();
                },
                operations);
    }

    /** Ends what was scripted. */
    void heal() {
        script.clear();
    }

    /** Lets calls of these operations go through and their answers be lost, until {@link #heal}. */
    void loseAnswers(LedgerOperation... operations) {
        after(
                () -> {
                    throw unavailable();
                },
                operations);
    }

    static LedgerUnavailableException unavailable() {
        return new LedgerUnavailableException("ledger is down", null);
    }

    private static Set<LedgerOperation> operations(LedgerOperation... operations) {
        return operations.length == 0
                ? EnumSet.allOf(LedgerOperation.class)
                : EnumSet.copyOf(Arrays.asList(operations));
    }

    List<Call> calls(LedgerOperation operation) {
        return calls.stream().filter(call -> call.operation() == operation).toList();
    }

    /** Keys of all calls of an operation, in their order. */
    List<String> keys(LedgerOperation operation) {
        return calls(operation).stream().flatMap(call -> call.keys().stream()).toList();
    }

    @SuppressWarnings("unchecked") // what goes around a call gives its answer back
    private <T> T call(LedgerOperation operation, List<Claim> claims, Supplier<T> call) {
        var keys = claims.stream().map(Claim::key).toList();
        calls.add(new Call(operation, keys));
        assertThat(keys).hasSizeBetween(1, MAX_BATCH).doesNotHaveDuplicates();
        Around around = script.get(operation);
        return around == null ? call.get() : (T) around.call(operation, keys, call);
    }

    @Override
    public List<ClaimOutcome> claim(List<Claim> claims) {
        return call(LedgerOperation.CLAIM, claims, () -> ledger.claim(claims));
    }

    @Override
    public ClaimOutcome takeOver(Claim claim, ClaimToken holder) {
        return call(LedgerOperation.TAKE_OVER, List.of(claim), () -> ledger.takeOver(claim, holder));
    }

    @Override
    public void release(List<Claim> claims) {
        call(LedgerOperation.RELEASE, claims, () -> {
            ledger.release(claims);
            return true;
        });
    }

    @Override
    public List<Boolean> saveProgress(List<Progress> progress) {
        var claims = progress.stream().map(Progress::claim).toList();
        return call(LedgerOperation.SAVE_PROGRESS, claims, () -> ledger.saveProgress(progress));
    }

    @Override
    public void complete(List<Claim> claims) {
        call(LedgerOperation.COMPLETE, claims, () -> {
            ledger.complete(claims);
            return true;
        });
    }

    @Override
    public CommitOutcome commit(
            Claim claim, String listener, Set<String> completedListeners, List<TransactWriteItem> items) {
        return call(
                LedgerOperation.COMMIT,
                List.of(claim),
                () -> ledger.commit(claim, listener, completedListeners, items));
    }

    @Override
    public CommitOutcome quarantine(Progress progress, List<TransactWriteItem> items) {
        return call(LedgerOperation.QUARANTINE, List.of(progress.claim()), () -> ledger.quarantine(progress, items));
    }

    @Override
    public ClaimOutcome redrive(Claim claim) {
        return call(LedgerOperation.REDRIVE, List.of(claim), () -> ledger.redrive(claim));
    }

    @Override
    public ClaimOutcome redriveFrom(Claim claim, ClaimToken holder) {
        return call(LedgerOperation.TAKE_OVER, List.of(claim), () -> ledger.redriveFrom(claim, holder));
    }
}
