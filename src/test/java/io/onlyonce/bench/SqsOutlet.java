package io.onlyonce.bench;

import io.onlyonce.forward.LocalSqs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.enhanced.dynamodb.document.EnhancedDocument;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** A queue of ElasticMQ in this process, behind a {@link DelayProxy}. */
final class SqsOutlet implements Outlet {

    private final LocalSqs sqs = LocalSqs.shared();
    private final DelayProxy way;
    private final SqsClient client;
    private String queue = "";

    SqsOutlet(Duration delay) {
        try {
            way = DelayProxy.start(sqs.endpoint(), delay);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client = SqsClient.builder()
                .endpointOverride(way.uri())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .build();
    }

    @Override
    public void clear() {
        if (!queue.isEmpty()) {
            sqs.client().deleteQueue(delete -> delete.queueUrl(queue));
        }
        queue = sqs.createQueue();
    }

    @Override
    public void send(Map<String, AttributeValue> item) {
        client.sendMessage(send -> send.queueUrl(queue)
                .messageBody(EnhancedDocument.fromAttributeValueMap(item).toJson()));
    }

    @Override
    public List<String> arguments(String forward) {
        return List.of(
                "--spring.cloud.aws.sqs.endpoint=" + way.uri(),
                "--" + forward + ".sqs.queue=" + queue.substring(queue.lastIndexOf('/') + 1));
    }

    @Override
    public long arrived() {
        var count = QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES;
        return Long.parseLong(sqs.client()
                .getQueueAttributes(get -> get.queueUrl(queue).attributeNames(count))
                .attributes()
                .get(count));
    }

    @Override
    public long calls() {
        return way.requests();
    }
}
