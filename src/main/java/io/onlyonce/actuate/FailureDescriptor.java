package io.onlyonce.actuate;

import io.onlyonce.quarantine.QuarantinedRecord.Failure;

/**
 * Last failure of a record.
 *
 * @param listener listener that threw
 * @param exception class of what it threw
 * @param message its message
 */
record FailureDescriptor(String listener, String exception, String message) {

    static FailureDescriptor of(Failure failure) {
        return new FailureDescriptor(failure.listener(), failure.exceptionClass(), failure.message());
    }
}
