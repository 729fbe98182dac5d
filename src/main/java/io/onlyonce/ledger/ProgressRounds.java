package io.onlyonce.ledger;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Saves progress in rounds. Listeners are only ever added to those on record, of which the delivery may not know all: a commit whose answer was lost has put its listener there. So what is written replaces
 * what was seen, on condition that it still stands; a first round expects nothing, or what is to be written.
 */
final class ProgressRounds {

    /** Only late requests of the same delivery come in between, so there are few rounds. */
    private static final int MAX_ROUNDS = 20;

    private final LedgerBatches batches;
    private final LedgerStatements statements;
    private final LedgerKeys keys;

    ProgressRounds(LedgerBatches batches, LedgerStatements statements, LedgerKeys keys) {
        this.batches = batches;
        this.statements = statements;
        this.keys = keys;
    }

    /** Answers for each element whether the entry was CLAIMED by its token. */
    List<Boolean> save(List<Progress> progress, Instant expires) {
        var all = progress.stream().map(Pending::new).toList();
        for (int round = 0; round < MAX_ROUNDS; round++) {
            var unanswered =
                    all.stream().filter(pending -> pending.held == null).toList();
            if (unanswered.isEmpty()) {
                return all.stream().map(Pending::held).toList();
            }
            write(unanswered, expires);
        }
        throw new LedgerUnavailableException(
                "An entry changed %d times while progress was saved to it".formatted(MAX_ROUNDS), null);
    }

    private void write(List<Pending> unanswered, Instant expires) {
        var responses = batches.execute(unanswered.stream()
                .map(pending -> statements.saveProgress(
                        keys.of(pending.progress.claim()), pending.toWrite(), pending.recorded, expires))
                .toList());
        for (int i = 0; i < responses.size(); i++) {
            var error = responses.get(i).error();
            var pending = unanswered.get(i);
            if (error == null) {
                pending.held = true;
            } else if (error.hasItem()) {
                pending.see(LedgerItems.read(error.item()));
            } else {
                pending.held = false;
            }
        }
    }

    private static final class Pending {

        private final Progress progress;
        private Set<String> recorded = Set.of();
        private @Nullable Boolean held;

        Pending(Progress progress) {
            this.progress = progress;
        }

        void see(LedgerEntry entry) {
            if (entry.isClaimedBy(progress.claim().token())) {
                recorded = entry.completedListeners();
            } else {
                held = false;
            }
        }

        Progress toWrite() {
            var listeners = new HashSet<>(recorded);
            listeners.addAll(progress.completedListeners());
            return new Progress(progress.claim(), listeners, progress.attempts());
        }

        boolean held() {
            return Objects.requireNonNull(held);
        }
    }
}
