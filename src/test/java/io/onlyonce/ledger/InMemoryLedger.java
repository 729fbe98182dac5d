package io.onlyonce.ledger;

import io.onlyonce.ledger.ClaimRules.Decision;
import io.onlyonce.ledger.ClaimRules.Rule;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Ledger of one JVM, by the same rules as the one in DynamoDB. The entry of a key changes atomically; a commit's effects are applied within that change, so they must not call the ledger.
 */
public final class InMemoryLedger implements Ledger {

    private final ConcurrentHashMap<String, LedgerEntry> entries = new ConcurrentHashMap<>();
    private final ClaimRules rules;
    private final Consumer<List<TransactWriteItem>> effects;

    /**
     * Creates an empty ledger.
     *
     * @param retention how long a completed entry deduplicates
     * @param clock clock for expiry
     * @param effects applies the items of a transaction whose ledger action stands; throws {@code TransactionCanceledException} to refuse them, which leaves the entry as it was
     */
    public InMemoryLedger(Duration retention, Clock clock, Consumer<List<TransactWriteItem>> effects) {
        this.rules = new ClaimRules(retention, clock);
        this.effects = effects;
    }

    @Override
    public List<ClaimOutcome> claim(List<Claim> claims) {
        Batch.check(claims);
        var outcomes = new ArrayList<ClaimOutcome>(claims.size());
        for (Claim claim : claims) {
            outcomes.add(decide(claim, rules::claim));
        }
        return outcomes;
    }

    @Override
    public ClaimOutcome takeOver(Claim claim, ClaimToken holder) {
        return decide(claim, rules.takeOver(holder));
    }

    @Override
    public ClaimOutcome redrive(Claim claim) {
        return decide(claim, rules::redrive);
    }

    @Override
    public ClaimOutcome redriveFrom(Claim claim, ClaimToken holder) {
        return decide(claim, rules.redriveFrom(holder));
    }

    @Override
    public void release(List<Claim> claims) {
        Batch.check(claims);
        for (Claim claim : claims) {
            entries.computeIfPresent(claim.key(), (key, entry) -> entry.isClaimedBy(claim.token()) ? null : entry);
        }
    }

    @Override
    public List<Boolean> saveProgress(List<Progress> progress) {
        Batch.check(progress.stream().map(Progress::claim).toList());
        return progress.stream().map(this::saveProgress).toList();
    }

    @Override
    public void complete(List<Claim> claims) {
        Batch.check(claims);
        for (Claim claim : claims) {
            entries.put(claim.key(), LedgerEntry.completed(claim, rules.expiry()));
        }
    }

    @Override
    public CommitOutcome commit(
            Claim claim, String listener, Set<String> completedListeners, List<TransactWriteItem> items) {
        var listeners = new HashSet<>(completedListeners);
        listeners.add(listener);
        Predicate<LedgerEntry> wentThrough = entry ->
                entry.isClaimedBy(claim.token()) && entry.completedListeners().contains(listener);
        return change(
                claim, items, wentThrough, entry -> entry.withProgress(listeners, entry.attempts(), rules.expiry()));
    }

    @Override
    public CommitOutcome quarantine(Progress progress, List<TransactWriteItem> items) {
        var claim = progress.claim();
        return change(
                claim,
                items,
                entry -> entry.isQuarantinedBy(claim.token()),
                entry -> entry.quarantined(progress.completedListeners(), progress.attempts()));
    }

    private ClaimOutcome decide(Claim claim, Rule rule) {
        var decisions = new Decision[1];
        entries.compute(claim.key(), (key, entry) -> {
            var decision = rule.decide(claim, entry);
            decisions[0] = decision;
            return decision.replacement() == null ? entry : decision.replacement();
        });
        return decisions[0].outcome();
    }

    private boolean saveProgress(Progress progress) {
        var saved = new boolean[1];
        entries.computeIfPresent(progress.claim().key(), (key, entry) -> {
            saved[0] = entry.isClaimedBy(progress.claim().token());
            return saved[0]
                    ? entry.withProgress(progress.completedListeners(), progress.attempts(), rules.expiry())
                    : entry;
        });
        return saved[0];
    }

    private CommitOutcome change(
            Claim claim,
            List<TransactWriteItem> items,
            Predicate<LedgerEntry> wentThrough,
            UnaryOperator<LedgerEntry> change) {
        var outcomes = new CommitOutcome[] {CommitOutcome.CLAIM_LOST};
        entries.computeIfPresent(claim.key(), (key, entry) -> {
            if (wentThrough.test(entry)) {
                outcomes[0] = CommitOutcome.COMMITTED_BEFORE;
                return entry;
            }
            if (!entry.isClaimedBy(claim.token())) {
                return entry;
            }
            effects.accept(items);
            outcomes[0] = CommitOutcome.COMMITTED;
            return change.apply(entry);
        });
        return outcomes[0];
    }
}
