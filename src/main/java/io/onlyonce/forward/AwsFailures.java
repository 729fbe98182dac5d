package io.onlyonce.forward;

import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Judges what AWS says about a call or about an entry of it: worth a retry, or fatal. */
final class AwsFailures {

    /** Refusals that pass: credentials are renewed, clocks are set. Throttling is recognised by its name, which differs from service to service. */
    private static final Set<String> PASSING = Set.of(
            "ExpiredToken",
            "ExpiredTokenException",
            "InternalError",
            "InternalException",
            "InternalFailure",
            "RequestExpired",
            "ServiceUnavailable");

    private final String target;

    /** {@code target} is the subject of messages, such as {@code The queue of forward.receipts}. */
    AwsFailures(String target) {
        this.target = target;
    }

    /** What became of a call that failed as a whole. */
    RuntimeException of(SdkException failure) {
        if (!(failure instanceof AwsServiceException answer)) {
            return new RetryLaterException(target + " did not answer: " + failure, Duration.ZERO, failure);
        }
        var details = answer.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        boolean passes = answer.statusCode() >= 500
                || answer.statusCode() == 408
                || answer.statusCode() == 429
                || answer.isThrottlingException()
                || answer.isClockSkewException()
                || isPassing(code);
        return judge(passes, code == null ? Integer.toString(answer.statusCode()) : code, answer.getMessage());
    }

    /** What became of an entry that failed in a call that succeeded. */
    RuntimeException of(@Nullable String code, @Nullable String message, boolean passes) {
        return judge(passes || isPassing(code), String.valueOf(code), message);
    }

    RuntimeException tooLarge(int size, int limit) {
        return new FatalFailureException(
                "%s takes at most %,d bytes, and the message is %,d long".formatted(target, limit, size), null);
    }

    RuntimeException notMentioned() {
        return new RetryLaterException(target + " gave no answer for the message", Duration.ZERO, null);
    }

    RuntimeException interrupted() {
        return new RetryLaterException(target + " had not answered when the wait was interrupted", Duration.ZERO, null);
    }

    private static boolean isPassing(@Nullable String code) {
        if (code == null) {
            return false;
        }
        String name = code.substring(code.lastIndexOf('.') + 1);
        return PASSING.contains(name) || name.toLowerCase(Locale.ROOT).contains("throttl");
    }

    private RuntimeException judge(boolean passes, String code, @Nullable String text) {
        String message = "%s answered %s".formatted(target, code);
        if (passes) {
            return new RetryLaterException(message, Duration.ZERO, null);
        }
        String quote = text == null ? "" : text.substring(0, Math.min(text.length(), AnswerHandler.LONGEST_QUOTE));
        return FatalFailureException.answered(message, quote);
    }
}
