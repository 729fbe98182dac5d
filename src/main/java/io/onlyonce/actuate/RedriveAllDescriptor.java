package io.onlyonce.actuate;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What came of redriving a table.
 *
 * @param table table it was about
 * @param outcomes number of records for each outcome
 * @param cursor where the next call goes on; absent when the table's end was reached
 * @param message why it ended early; absent if it did not
 */
record RedriveAllDescriptor(
        String table, Map<String, Integer> outcomes, @Nullable String cursor, @Nullable String message)
        implements OperationResponseBody {}
