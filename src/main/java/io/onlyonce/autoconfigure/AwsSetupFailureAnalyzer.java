package io.onlyonce.autoconfigure;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/** Tells that no region or no credentials were found. The SDK has one exception for both, so what counts is which of its packages threw it. */
final class AwsSetupFailureAnalyzer extends AbstractFailureAnalyzer<SdkClientException> {

    private static final String REGIONS = AwsRegionProvider.class.getPackageName();
    private static final String CREDENTIALS = AwsCredentialsProvider.class.getPackageName();

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SdkClientException cause) {
        String origin = Arrays.stream(cause.getStackTrace())
                .map(StackTraceElement::getClassName)
                .filter(name -> name.startsWith(REGIONS) || name.startsWith(CREDENTIALS))
                .findFirst()
                .orElse("");
        if (origin.startsWith(REGIONS)) {
            return new FailureAnalysis(
                    "No AWS region is known: " + cause.getMessage(),
                    "Set spring.cloud.aws.region.static (for example to eu-central-1), the environment variable AWS_REGION, or"
                            + " a region in the AWS profile.",
                    cause);
        }
        if (origin.startsWith(CREDENTIALS)) {
            return new FailureAnalysis(
                    "No AWS credentials were found: " + cause.getMessage(),
                    "Run the process under a role (of the pod's service account, the task or the instance), set the"
                            + " environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or see"
                            + " spring.cloud.aws.credentials. For DynamoDB Local, any values do.",
                    cause);
        }
        return null;
    }
}
