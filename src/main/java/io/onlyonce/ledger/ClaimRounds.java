package io.onlyonce.ledger;

import io.onlyonce.ledger.ClaimRules.Rule;
import io.onlyonce.ledger.LedgerStatements.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;

/**
 * Claims in rounds: decide by what was seen, write on condition that it still stands, and look again where it does not. An own token that turns up is an earlier try whose answer was lost, and the rules answer
 * it as such.
 */
final class ClaimRounds {

    /** Each round that fails was won by somebody else; so many in a row mean a crowd on one key. */
    private static final int MAX_ROUNDS = 20;

    private final LedgerBatches batches;
    private final LedgerStatements statements;
    private final LedgerKeys keys;

    ClaimRounds(LedgerBatches batches, LedgerStatements statements, LedgerKeys keys) {
        this.batches = batches;
        this.statements = statements;
        this.keys = keys;
    }

    /** Claims by a rule, expecting that nothing is on record. */
    List<ClaimOutcome> claimNew(List<Claim> claims, Rule rule) {
        return run(
                claims.stream()
                        .map(claim -> new Pending(claim, keys.of(claim), false))
                        .toList(),
                rule);
    }

    /** Claims by a rule, expecting an entry. */
    ClaimOutcome claimKnown(Claim claim, Rule rule) {
        return run(List.of(new Pending(claim, keys.of(claim), true)), rule).get(0);
    }

    private List<ClaimOutcome> run(List<Pending> all, Rule rule) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            read(all.stream().filter(pending -> pending.unread).toList());
            var writes = all.stream()
                    .filter(pending -> pending.outcome == null)
                    .flatMap(pending -> pending.decide(rule).stream())
                    .toList();
            if (writes.isEmpty()) {
                return all.stream().map(Pending::outcome).toList();
            }
            write(writes);
        }
        throw new LedgerUnavailableException(
                "Other processes changed an entry %d times while it was claimed".formatted(MAX_ROUNDS), null);
    }

    private void read(List<Pending> unread) {
        if (unread.isEmpty()) {
            return;
        }
        var entries = batches.read(unread.stream().map(pending -> pending.key).toList());
        unread.forEach(pending -> pending.see(entries.get(pending.key)));
    }

    private void write(List<Write> writes) {
        var responses = batches.execute(writes.stream().map(this::statement).toList());
        for (int i = 0; i < responses.size(); i++) {
            var error = responses.get(i).error();
            var pending = writes.get(i).pending();
            if (error == null) {
                pending.outcome = writes.get(i).outcome();
            } else if (error.code() == BatchStatementErrorCodeEnum.DUPLICATE_ITEM) {
                pending.unread = true;
            } else {
                pending.see(error.hasItem() ? LedgerItems.read(error.item()) : null);
            }
        }
    }

    private Statement statement(Write write) {
        var pending = write.pending();
        return pending.seen == null
                ? statements.insert(pending.key, write.replacement())
                : statements.replace(pending.key, pending.seen, write.replacement());
    }

    private record Write(Pending pending, LedgerEntry replacement, ClaimOutcome outcome) {}

    private static final class Pending {

        private final Claim claim;
        private final String key;
        private boolean unread;
        private @Nullable LedgerEntry seen;
        private @Nullable ClaimOutcome outcome;

        Pending(Claim claim, String key, boolean unread) {
            this.claim = claim;
            this.key = key;
            this.unread = unread;
        }

        void see(@Nullable LedgerEntry entry) {
            seen = entry;
            unread = false;
        }

        /** What has to be written before the outcome is true; empty if it is true as it stands. */
        Optional<Write> decide(Rule rule) {
            var decision = rule.decide(claim, seen);
            if (decision.replacement() == null) {
                outcome = decision.outcome();
                return Optional.empty();
            }
            return Optional.of(new Write(this, decision.replacement(), decision.outcome()));
        }

        ClaimOutcome outcome() {
            return Objects.requireNonNull(outcome);
        }
    }
}
