package io.onlyonce.autoconfigure;

import io.onlyonce.engine.StreamNotReadableException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Tells why DynamoDB or DynamoDB Streams refused a call, where no repetition helps: a missing permission, credentials that do not count, a table that does not exist. */
final class AwsRefusalFailureAnalyzer extends AbstractFailureAnalyzer<DynamoDbException> {

    private static final Set<String> BAD_CREDENTIALS = Set.of(
            "UnrecognizedClientException",
            "InvalidSignatureException",
            "IncompleteSignatureException",
            "MissingAuthenticationTokenException",
            "ExpiredTokenException");

    /** As AWS words it: {@code User: arn is not authorized to perform: service:Action on resource: arn because ...}. */
    private static final Pattern DENIED = Pattern.compile(
            "User: (?<user>\\S+) is not authorized to perform: (?<action>\\S+)(?: on resource: (?<resource>\\S+))?");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, DynamoDbException cause) {
        if (cause instanceof ResourceNotFoundException) {
            if (findCause(rootFailure, StreamNotReadableException.class) != null) {
                // Its own analyzer names table and property.
                return null;
            }
            return new FailureAnalysis(
                    "DynamoDB does not know the table or stream: " + message(cause),
                    "Check its name, and that region and endpoint are those of the table"
                            + " (spring.cloud.aws.region.static, spring.cloud.aws.dynamodb.endpoint). Under onlyonce.streams, a"
                            + " name that holds a dot is written in brackets.",
                    cause);
        }
        String code = code(cause);
        if ("AccessDeniedException".equals(code)) {
            return denied(cause);
        }
        if (BAD_CREDENTIALS.contains(code)) {
            return new FailureAnalysis(
                    "AWS does not accept the credentials: " + message(cause),
                    "Renew them, and make sure that they belong to the region and endpoint in use.",
                    cause);
        }
        return null;
    }

    private static FailureAnalysis denied(DynamoDbException cause) {
        var matcher = DENIED.matcher(message(cause));
        if (!matcher.find()) {
            return new FailureAnalysis(
                    "AWS denied access: " + message(cause),
                    "Permit the action; those that Onlyonce needs stand in its README under Permissions.",
                    cause);
        }
        String resource = matcher.group("resource") == null ? "the resource" : matcher.group("resource");
        return new FailureAnalysis(
                "AWS denied %s on %s to %s.%n%n%s"
                        .formatted(matcher.group("action"), resource, matcher.group("user"), message(cause)),
                "Permit %s on %s. All actions that Onlyonce needs stand in its README under Permissions."
                        .formatted(matcher.group("action"), resource),
                cause);
    }

    private static @Nullable String code(DynamoDbException cause) {
        AwsErrorDetails details = cause.awsErrorDetails();
        return details == null ? null : details.errorCode();
    }

    private static String message(DynamoDbException cause) {
        AwsErrorDetails details = cause.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        return message == null ? String.valueOf(cause.getMessage()) : message;
    }
}
