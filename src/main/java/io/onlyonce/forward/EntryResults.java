package io.onlyonce.forward;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an answer says of the messages of a call, which it names by their numbers. One that it does not name was not taken. */
final class EntryResults {

    private final AwsFailures failures;
    private final @Nullable RuntimeException[] results;

    EntryResults(AwsFailures failures, int messages) {
        this.failures = failures;
        this.results = new @Nullable RuntimeException[messages];
        Arrays.fill(results, failures.notMentioned());
    }

    void taken(String id) {
        results[Integer.parseInt(id)] = null;
    }

    void failed(String id, @Nullable String code, @Nullable String message, boolean senderFault) {
        results[Integer.parseInt(id)] = failures.of(code, message, !senderFault);
    }

    /** As {@link BatchCall#send} answers. */
    List<@Nullable RuntimeException> inOrder() {
        return Arrays.asList(results);
    }
}
