package io.onlyonce.forward;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** ElasticMQ in this process, started once and shared; tests keep apart by the names of their queues. */
public final class LocalSqs {

    private static LocalSqs shared;

    private final URI endpoint;
    private final SqsClient client;

    private LocalSqs() {
        int port = freePort();
        endpoint = URI.create("http://127.0.0.1:" + port);
        SQSRestServerBuilder.withInterface("127.0.0.1").withPort(port).start();
        client = SqsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .build();
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(SdkClientException.class)
                .until(() -> client.listQueues() != null);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one that all tests of this JVM share. */
    public static synchronized LocalSqs shared() {
        if (shared == null) {
            shared = new LocalSqs();
        }
        return shared;
    }

    public URI endpoint() {
        return endpoint;
    }

    public SqsClient client() {
        return client;
    }

    /** Makes a queue of a name that no other test uses, and gives its URL. */
    public String createQueue() {
        return client.createQueue(request -> request.queueName("q-" + UUID.randomUUID()))
                .queueUrl();
    }

    /** Makes a FIFO queue of a name that no other test uses, and gives its URL. */
    public String createFifoQueue() {
        return client.createQueue(request -> request.queueName("q-" + UUID.randomUUID() + ".fifo")
                        .attributes(Map.of(QueueAttributeName.FIFO_QUEUE, "true")))
                .queueUrl();
    }

    /** Takes out what is in a queue. */
    public List<Message> drain(String queueUrl) {
        var all = new ArrayList<Message>();
        while (true) {
            var some = client.receiveMessage(request -> request.queueUrl(queueUrl)
                            .maxNumberOfMessages(10)
                            .messageAttributeNames("All")
                            .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                    .messages();
            if (some.isEmpty()) {
                return all;
            }
            some.forEach(message ->
                    client.deleteMessage(request -> request.queueUrl(queueUrl).receiptHandle(message.receiptHandle())));
            all.addAll(some);
        }
    }
}
