package io.onlyonce.ledger;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Ledger in a DynamoDB table, see {@link LedgerTable}. One table serves many consumers and source tables. A batch of new claims, of progress, of completions or of releases is one round trip;
 * a claim that meets an entry costs a strongly consistent read, and a conditional update where it takes over.
 */
public final class DynamoDbLedger implements Ledger {

    private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z0-9_.-]{3,255}");

    private final ClaimRules rules;
    private final LedgerKeys keys;
    private final LedgerStatements statements;
    private final LedgerBatches batches;
    private final ClaimRounds rounds;
    private final ProgressRounds progressRounds;
    private final LedgerTransactions transactions;
    private final LedgerActions actions;
    private final Clock clock;

    /**
     * Opens the ledger of a consumer and table.
     *
     * @param client client; its own retries come before those of the ledger
     * @param ledgerTable name of the table that holds the entries
     * @param consumer name of the consumer, without {@code #}
     * @param table name of the table whose stream is consumed
     * @param retention how long a completed entry deduplicates
     * @param clock clock for expiry
     */
    public DynamoDbLedger(
            DynamoDbClient client, String ledgerTable, String consumer, String table, Duration retention, Clock clock) {
        // The name becomes part of a statement.
        if (!TABLE_NAME.matcher(ledgerTable).matches()) {
            throw new IllegalArgumentException("Not a table name: '" + ledgerTable + "'");
        }
        this.rules = new ClaimRules(retention, clock);
        this.keys = new LedgerKeys(consumer, table);
        this.statements = new LedgerStatements(ledgerTable, clock);
        this.batches = new LedgerBatches(client, ledgerTable);
        this.rounds = new ClaimRounds(batches, statements, keys);
        this.progressRounds = new ProgressRounds(batches, statements, keys);
        this.transactions = new LedgerTransactions(client, batches, ledgerTable);
        this.actions = new LedgerActions(ledgerTable, clock);
        this.clock = clock;
    }

    @Override
    public List<ClaimOutcome> claim(List<Claim> claims) {
        Batch.check(claims);
        return rounds.claimNew(claims, rules::claim);
    }

    @Override
    public ClaimOutcome takeOver(Claim claim, ClaimToken holder) {
        return rounds.claimKnown(claim, rules.takeOver(holder));
    }

    @Override
    public ClaimOutcome redrive(Claim claim) {
        return rounds.claimKnown(claim, rules::redrive);
    }

    @Override
    public ClaimOutcome redriveFrom(Claim claim, ClaimToken holder) {
        return rounds.claimKnown(claim, rules.redriveFrom(holder));
    }

    @Override
    public void release(List<Claim> claims) {
        Batch.check(claims);
        if (!claims.isEmpty()) {
            batches.execute(claims.stream()
                    .map(claim -> statements.delete(keys.of(claim), claim.token()))
                    .toList());
        }
    }

    @Override
    public List<Boolean> saveProgress(List<Progress> progress) {
        Batch.check(progress.stream().map(Progress::claim).toList());
        return progressRounds.save(progress, rules.expiry());
    }

    @Override
    public void complete(List<Claim> claims) {
        Batch.check(claims);
        if (!claims.isEmpty()) {
            var expires = rules.expiry();
            var at = clock.instant();
            batches.put(claims.stream()
                    .map(claim -> LedgerItems.write(keys.of(claim), LedgerEntry.completed(claim, expires), at))
                    .toList());
        }
    }

    @Override
    public CommitOutcome commit(
            Claim claim, String listener, Set<String> completedListeners, List<TransactWriteItem> items) {
        return transactions.write(
                items, actions.commit(keys.of(claim), claim.token(), listener, completedListeners, rules.expiry()));
    }

    @Override
    public CommitOutcome quarantine(Progress progress, List<TransactWriteItem> items) {
        return transactions.write(items, actions.quarantine(keys.of(progress.claim()), progress));
    }
}
