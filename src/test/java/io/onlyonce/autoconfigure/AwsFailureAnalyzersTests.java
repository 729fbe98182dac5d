package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.onlyonce.LocalDynamoDb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ApplicationContextException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

class AwsFailureAnalyzersTests {

    @Test
    void missingRegionIsNamed() {
        var empty = new AwsProfileRegionProvider(() -> ProfileFile.aggregator().build(), "default");
        var analysis = analyze(catchThrowable(() -> new AwsRegionProviderChain(empty).getRegion()));
        assertThat(analysis.getDescription()).startsWith("No AWS region is known");
        assertThat(analysis.getAction()).contains("spring.cloud.aws.region.static");
    }

    @Test
    void missingCredentialsAreNamed() {
        var empty = AwsCredentialsProviderChain.builder()
                .addCredentialsProvider(SystemPropertyCredentialsProvider.create())
                .build();
        var analysis = analyze(catchThrowable(empty::resolveCredentials));
        assertThat(analysis.getDescription()).startsWith("No AWS credentials were found");
        assertThat(analysis.getAction()).contains("AWS_ACCESS_KEY_ID");
    }

    @Test
    void otherFailureOfTheClientIsLeftToOthers() {
        assertThat(new AwsSetupFailureAnalyzer().analyze(SdkClientException.create("Unable to execute HTTP request")))
                .isNull();
    }

    @Test
    void deniedActionIsNamed() {
        var analysis = analyze(refused(
                "AccessDeniedException",
                "User: arn:aws:iam::123456789012:user/app is not authorized to perform: dynamodb:DescribeTable on resource:"
                        + " arn:aws:dynamodb:eu-central-1:123456789012:table/orders because no identity-based policy allows"
                        + " the dynamodb:DescribeTable action"));
        assertThat(analysis.getDescription())
                .startsWith("AWS denied dynamodb:DescribeTable on"
                        + " arn:aws:dynamodb:eu-central-1:123456789012:table/orders to"
                        + " arn:aws:iam::123456789012:user/app.");
        assertThat(analysis.getAction()).startsWith("Permit dynamodb:DescribeTable on arn:aws:dynamodb");
    }

    @Test
    void denialInOtherWordsIsShownAsItIs() {
        var analysis = analyze(refused("AccessDeniedException", "No."));
        assertThat(analysis.getDescription()).isEqualTo("AWS denied access: No.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UnrecognizedClientException", "ExpiredTokenException"})
    void credentialsThatDoNotCountAreNamed(String code) {
        assertThat(analyze(refused(code, "The security token is invalid.")).getDescription())
                .isEqualTo("AWS does not accept the credentials: The security token is invalid.");
    }

    @Test
    void missingTableIsNamed() {
        var client = LocalDynamoDb.shared().client();
        var analysis = analyze(catchThrowable(() -> client.describeTable(request -> request.tableName("missing"))));
        assertThat(analysis.getDescription()).startsWith("DynamoDB does not know the table or stream");
        assertThat(analysis.getAction()).contains("spring.cloud.aws.dynamodb.endpoint", "brackets");
    }

    @Test
    void otherRefusalIsLeftToOthers() {
        assertThat(new AwsRefusalFailureAnalyzer().analyze(refused("ThrottlingException", "Slow down.")))
                .isNull();
    }

    private static DynamoDbException refused(String code, String message) {
        return (DynamoDbException) DynamoDbException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .statusCode(400)
                .build();
    }

    /** As it comes out of a context that fails to start. */
    private static FailureAnalysis analyze(Throwable failure) {
        return FailureAnalyses.of(new ApplicationContextException("Failed to start bean", failure));
    }
}
