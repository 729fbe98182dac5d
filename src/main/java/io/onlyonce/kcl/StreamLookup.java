package io.onlyonce.kcl;

import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import io.onlyonce.engine.TableSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Asks AWS which stream a table has. */
final class StreamLookup {

    private final DynamoDbClient dynamoDb;
    private final DynamoDbStreamsClient streams;

    StreamLookup(DynamoDbClient dynamoDb, DynamoDbStreamsClient streams) {
        this.dynamoDb = dynamoDb;
        this.streams = streams;
    }

    /**
     * ARN of the stream to read for a source.
     *
     * @throws StreamNotReadableException if the table or its stream cannot be consumed
     */
    String streamOf(TableSource source) {
        try {
            return source.streamArn() == null ? latest(source) : configured(source, source.streamArn());
        } catch (AwsServiceException e) {
            if (e.statusCode() == 403 || isDenied(e)) {
                throw new StreamNotReadableException(source.table(), Reason.ACCESS_DENIED, e);
            }
            throw e;
        }
    }

    private String latest(TableSource source) {
        try {
            return source.latestStream(dynamoDb.describeTable(request -> request.tableName(source.table()))
                    .table());
        } catch (ResourceNotFoundException e) {
            throw new StreamNotReadableException(source.table(), Reason.TABLE_MISSING, e);
        }
    }

    private String configured(TableSource source, String arn) {
        try {
            var stream = streams.describeStream(
                            request -> request.streamArn(arn).limit(1))
                    .streamDescription();
            source.requireNewImage(stream.streamViewType());
            return arn;
        } catch (ResourceNotFoundException e) {
            throw new StreamNotReadableException(source.table(), Reason.STREAM_MISSING, e);
        }
    }

    private static boolean isDenied(AwsServiceException e) {
        var details = e.awsErrorDetails();
        return details != null
                && ("AccessDeniedException".equals(details.errorCode()) || "AccessDenied".equals(details.errorCode()));
    }
}
