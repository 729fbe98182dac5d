package io.onlyonce.forward;

import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Judges what AWS says about a call or about an entry of it: whether it concerns the target, which may change, or the message, which will not. */
final class AwsFailures {

    /**
     * What says nothing about the message: the service has a bad moment, credentials have expired or have no permission, the target or its key is not there. The names differ from service to service, and so does the
     * status.
     */
    private static final Pattern OF_THE_TARGET = Pattern.compile(
            "internal|unavailable|throttl|expired|denied|unrecognizedclient|authoriz|signature|token|kms"
                    + "|not_?found|non_?existent|doesnotexist",
            Pattern.CASE_INSENSITIVE);

    private static final Set<Integer> OF_THE_TARGET_STATUSES = Set.of(401, 403, 404, 408, 429);

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
        boolean passes = OF_THE_TARGET_STATUSES.contains(answer.statusCode())
                || answer.statusCode() >= 500
                || answer.isThrottlingException()
                || answer.isClockSkewException()
                || isOfTheTarget(code);
        return judge(passes, code == null ? Integer.toString(answer.statusCode()) : code, answer.getMessage());
    }

    /** What became of an entry that failed in a call that succeeded. */
    RuntimeException of(@Nullable String code, @Nullable String message, boolean passes) {
        return judge(passes || isOfTheTarget(code), String.valueOf(code), message);
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

    private static boolean isOfTheTarget(@Nullable String code) {
        return code != null && OF_THE_TARGET.matcher(code).find();
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
