package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyonceProperties.EventBridge;
import io.onlyonce.autoconfigure.OnlyonceProperties.Forward;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What queues, topics and event buses under {@code onlyonce.forward} have to be named like. Whether they are there is seen when the first item is sent. */
final class AwsTargetRules {

    private static final Pattern QUEUE_NAME = Pattern.compile("(?=.{1,80}$)[A-Za-z0-9_-]+(\\.fifo)?");
    private static final Pattern TOPIC_ARN =
            Pattern.compile("arn:[a-z0-9-]+:sns:[a-z0-9-]+:\\d{12}:(?=[^:]{1,256}$)[A-Za-z0-9_-]+(\\.fifo)?");
    private static final String BUS_NAME = "[/.A-Za-z0-9_-]{1,256}";
    private static final Pattern BUS =
            Pattern.compile("(arn:[a-z0-9-]+:events:[a-z0-9-]+:\\d{12}:event-bus/)?" + BUS_NAME);
    private static final int LONGEST_DETAIL_TYPE = 128;

    private final List<Problem> problems;

    /** Adds what it finds to {@code problems}. */
    AwsTargetRules(List<Problem> problems) {
        this.problems = problems;
    }

    void check(String property, Forward forward) {
        if (forward.sqs() != null) {
            checkQueue(property + ".sqs.queue", text(forward.sqs().queue()));
        }
        if (forward.sns() != null) {
            checkTopic(property + ".sns.topic", text(forward.sns().topic()));
        }
        if (forward.eventBridge() != null) {
            checkBus(property + ".event-bridge", forward.eventBridge());
        }
    }

    private void checkQueue(String property, String queue) {
        String remedy = "Use the queue's URL, such as https://sqs.eu-central-1.amazonaws.com/123456789012/receipts,"
                + " or the name of a queue of the same account and region.";
        if (queue.isBlank()) {
            add(property, "", "is missing", remedy);
        } else if (queue.contains("/")
                ? !isQueueUrl(queue)
                : !QUEUE_NAME.matcher(queue).matches()) {
            add(property, shown(queue), "is neither the URL nor the name of a queue", remedy);
        }
    }

    private static boolean isQueueUrl(String queue) {
        try {
            var url = new URI(queue);
            String path = url.getRawPath();
            return ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && QUEUE_NAME
                            .matcher(path.substring(path.lastIndexOf('/') + 1))
                            .matches();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private void checkTopic(String property, String topic) {
        String remedy = "Use the topic's ARN, such as arn:aws:sns:eu-central-1:123456789012:receipts.";
        if (topic.isBlank()) {
            add(property, "", "is missing", remedy);
        } else if (!TOPIC_ARN.matcher(topic).matches()) {
            add(property, shown(topic), "is not the ARN of a topic", remedy);
        }
    }

    private void checkBus(String property, EventBridge settings) {
        String bus = text(settings.bus());
        String remedy = "Use the name of an event bus, such as default, or its ARN.";
        if (bus.isBlank()) {
            add(property + ".bus", "", "is missing", remedy);
        } else if (!BUS.matcher(bus).matches()) {
            add(property + ".bus", shown(bus), "is neither the name nor the ARN of an event bus", remedy);
        }
        String detailType = settings.detailType();
        if (detailType.isBlank() || detailType.length() > LONGEST_DETAIL_TYPE) {
            add(
                    property + ".detail-type",
                    detailType,
                    "is no detail type",
                    "Use 1 to " + LONGEST_DETAIL_TYPE + " characters, such as Order Placed.");
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** An address may hold credentials. */
    private static String shown(String value) {
        return value.contains("@") || value.contains("?") ? "" : value;
    }

    private void add(String property, String value, String reason, String remedy) {
        problems.add(Problem.redacted(property, value, reason, remedy));
    }
}
