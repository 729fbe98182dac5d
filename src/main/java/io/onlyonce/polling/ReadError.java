package io.onlyonce.polling;

import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.publication.ConsumerListener.PollResult;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/** What an exception of the SDK means to a reader of streams. Emulators and proxies send codes without the modelled type, so the code decides. */
enum ReadError {
    /** The shard iterator is too old. */
    EXPIRED,
    /** The position is older than what the stream still holds. */
    TRIMMED,
    /** No such table, stream or shard. */
    NOT_FOUND,
    /** Too many calls. */
    THROTTLED,
    /** Not allowed. */
    DENIED,
    /** The request itself is refused; asking the same again cannot help. */
    INVALID,
    /** The service failed, or no answer came. */
    OTHER;

    /** As what it is metered. */
    PollResult pollResult() {
        return switch (this) {
            case EXPIRED -> PollResult.EXPIRED;
            case TRIMMED -> PollResult.TRIMMED;
            case THROTTLED -> PollResult.THROTTLED;
            case NOT_FOUND, DENIED, INVALID, OTHER -> PollResult.FAILED;
        };
    }

    /** Whether an error lasts until somebody changes the table or a permission. */
    static boolean lasts(RuntimeException error) {
        return error instanceof StreamNotReadableException || of(error) == DENIED;
    }

    static ReadError of(Throwable error) {
        if (error instanceof AwsServiceException serviceError && serviceError.awsErrorDetails() != null) {
            var code = serviceError.awsErrorDetails().errorCode();
            var known = code == null ? OTHER : ofCode(code);
            if (known != OTHER) {
                return known;
            }
        }
        if (error instanceof SdkServiceException serviceError) {
            if (serviceError.isThrottlingException()) {
                return THROTTLED;
            }
            int status = serviceError.statusCode();
            return status == 403 ? DENIED : status >= 400 && status < 500 ? INVALID : OTHER;
        }
        return OTHER;
    }

    private static ReadError ofCode(String code) {
        return switch (code) {
            case "ExpiredIteratorException" -> EXPIRED;
            case "TrimmedDataAccessException" -> TRIMMED;
            case "ResourceNotFoundException" -> NOT_FOUND;
            case "LimitExceededException",
                    "ProvisionedThroughputExceededException",
                    "RequestLimitExceeded",
                    "Throttling",
                    "ThrottlingException" -> THROTTLED;
            case "AccessDenied", "AccessDeniedException" -> DENIED;
            case "ValidationException" -> INVALID;
            default -> OTHER;
        };
    }
}
