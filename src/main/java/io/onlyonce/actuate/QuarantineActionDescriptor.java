package io.onlyonce.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What came of a redrive or discard.
 *
 * @param id record it was about
 * @param outcome what came of it
 * @param message the same in words for an operator
 * @param failure why a listener failed again; absent if none did
 */
record QuarantineActionDescriptor(String id, String outcome, String message, @Nullable FailureDescriptor failure)
        implements OperationResponseBody {}
