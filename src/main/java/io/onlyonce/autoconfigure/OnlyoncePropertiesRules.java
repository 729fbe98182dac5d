package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyonceProperties.Backfill;
import io.onlyonce.autoconfigure.OnlyonceProperties.Delivery;
import io.onlyonce.autoconfigure.OnlyonceProperties.Ledger;
import io.onlyonce.autoconfigure.OnlyonceProperties.Polling;
import io.onlyonce.autoconfigure.OnlyonceProperties.Stream;
import io.onlyonce.autoconfigure.OnlyonceProperties.Tables;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What the values of {@link OnlyonceProperties} have to satisfy. Collects every violation, so that one start shows them all. */
final class OnlyoncePropertiesRules {

    private static final Pattern TABLE_NAME = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");

    /** Leaves room for the longest suffix in the 255 characters that a table name may have. */
    private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9_.-]{1,243}");

    private static final Pattern STREAM_ARN =
            Pattern.compile("arn:[a-z0-9-]+:dynamodb:[a-z0-9-]+:\\d{12}:table/(?<table>[^/]+)/stream/[^/]+");

    /** A record stays readable for 24 hours; the rest is for the time it takes to be processed. */
    private static final Duration MIN_RETENTION = Duration.ofHours(25);

    /** Well below the 15 minutes after which a shard iterator expires. */
    private static final Duration MAX_POLL_DELAY = Duration.ofMinutes(5);

    private static final int MOST_CONCURRENCY = 100;
    private static final int MOST_SEGMENTS = 32;
    private static final Duration MIN_LEASE_DURATION = Duration.ofSeconds(2);

    /** Claims that have stood for half of the timeout and were not begun are let go. */
    private static final Duration MIN_CLAIM_TIMEOUT = Duration.ofSeconds(1);

    private final List<Problem> problems = new ArrayList<>();

    private OnlyoncePropertiesRules() {}

    /** Throws {@link OnlyoncePropertiesException} if a rule is violated. */
    static void check(OnlyonceProperties properties) {
        var rules = new OnlyoncePropertiesRules();
        var streams = properties.streams();
        var ledger = properties.ledger();
        var tables = properties.tables();
        rules.require(
                !streams.isEmpty() || !properties.enabled(),
                "onlyonce.streams",
                "",
                "names no table",
                howToName("orders") + " Or switch the consumer off with onlyonce.enabled=false.");
        rules.checkStreams(streams, tables);
        rules.checkPolling(properties.polling());
        rules.checkDelivery(properties.delivery());
        rules.checkLedger(ledger, properties.delivery());
        rules.checkBackfill(properties.backfill());
        rules.require(
                PREFIX.matcher(tables.prefix()).matches(),
                "onlyonce.tables.prefix",
                tables.prefix(),
                "is not the beginning of a table name",
                "Use 1 to 243 letters, digits, dots, dashes and underscores.");
        new ForwardRules(rules.problems, streams, ledger).check(properties.forward());
        rules.report();
    }

    /** Says that an empty map does not do, because Spring's YAML reader drops it and nobody can see then that it was written. */
    static String howToName(String table) {
        return "Name the table by a setting, such as %s.key=event-id, or in YAML by '%s:' with nothing behind it ('%2$s: {}' is dropped)."
                .formatted(nameOf("onlyonce.streams", table), table);
    }

    private void report() {
        if (!problems.isEmpty()) {
            throw new OnlyoncePropertiesException(problems);
        }
    }

    private void checkStreams(Map<String, Stream> streams, Tables tables) {
        var own = List.of(tables.ledger(), tables.checkpoints(), tables.quarantine());
        streams.forEach((table, stream) -> {
            String property = nameOf("onlyonce.streams", table);
            require(
                    TABLE_NAME.matcher(table).matches(),
                    property,
                    "",
                    "is not named after a table, because '" + table + "' cannot be a table's name",
                    "Use the table's name: 3 to 255 letters, digits, dots, dashes and underscores.");
            require(
                    !own.contains(table),
                    property,
                    "",
                    "is one of the tables that Onlyonce writes to, and would feed itself",
                    "Remove it, or choose another onlyonce.tables.prefix.");
            checkStream(property, table, stream);
        });
    }

    private void checkStream(String property, String table, Stream stream) {
        String arn = stream.streamArn();
        if (arn != null) {
            var matcher = STREAM_ARN.matcher(arn);
            if (!matcher.matches()) {
                add(
                        property + ".stream-arn",
                        arn,
                        "is not the ARN of a DynamoDB stream",
                        "Use the LatestStreamArn that 'aws dynamodb describe-table' shows, or remove the property to read the"
                                + " table's latest stream.");
            } else {
                require(
                        matcher.group("table").equals(table),
                        property + ".stream-arn",
                        arn,
                        "is the ARN of a stream of the table '" + matcher.group("table") + "'",
                        "Use a stream of the table '" + table + "', or name the other table under onlyonce.streams.");
            }
        }
        new ExpressionRules(problems).checkKey(property + ".key", stream.key());
    }

    private void checkPolling(Polling polling) {
        require(
                polling.pageSize() >= 1 && polling.pageSize() <= 1000,
                "onlyonce.polling.page-size",
                polling.pageSize(),
                "is out of range",
                "Use 1 to 1000; DynamoDB Streams returns no more than 1000 records at once.");
        requirePositive("onlyonce.polling.min-delay", polling.minDelay());
        requireOrder(
                "onlyonce.polling.min-delay", polling.minDelay(), "onlyonce.polling.max-delay", polling.maxDelay());
        require(
                polling.maxDelay().compareTo(MAX_POLL_DELAY) <= 0,
                "onlyonce.polling.max-delay",
                text(polling.maxDelay()),
                "is so long that a shard iterator may expire meanwhile",
                "Use at most " + text(MAX_POLL_DELAY) + ".");
        require(
                polling.leaseDuration().compareTo(MIN_LEASE_DURATION) >= 0,
                "onlyonce.polling.lease-duration",
                text(polling.leaseDuration()),
                "is so short that one slow heartbeat makes another process take over",
                "Use at least " + text(MIN_LEASE_DURATION) + ".");
    }

    private void checkDelivery(Delivery delivery) {
        require(
                delivery.concurrency() >= 1 && delivery.concurrency() <= MOST_CONCURRENCY,
                "onlyonce.delivery.concurrency",
                delivery.concurrency(),
                "is out of range",
                "Use 1 to " + MOST_CONCURRENCY + "; a shard claims no more records ahead than that.");
        require(
                delivery.maxAttempts() >= 1,
                "onlyonce.delivery.max-attempts",
                delivery.maxAttempts(),
                "permits no attempt at all",
                "Use at least 1, which means no retry.");
        requirePositive("onlyonce.delivery.initial-backoff", delivery.initialBackoff());
        requireOrder(
                "onlyonce.delivery.initial-backoff",
                delivery.initialBackoff(),
                "onlyonce.delivery.max-backoff",
                delivery.maxBackoff());
        requirePositive("onlyonce.delivery.patience", delivery.patience());
        for (Class<?> type : delivery.fatalExceptions()) {
            require(
                    Throwable.class.isAssignableFrom(type),
                    "onlyonce.delivery.fatal-exceptions",
                    type.getName(),
                    "is not an exception type",
                    "Use full names of exception classes.");
        }
    }

    private void checkLedger(Ledger ledger, Delivery delivery) {
        require(
                ledger.retention().compareTo(MIN_RETENTION) >= 0,
                "onlyonce.ledger.retention",
                text(ledger.retention()),
                "is too short, because a record may be read again for 24 hours",
                "Use at least " + text(MIN_RETENTION) + ".");
        require(
                ledger.claimTimeout().compareTo(MIN_CLAIM_TIMEOUT) >= 0,
                "onlyonce.ledger.claim-timeout",
                text(ledger.claimTimeout()),
                "is so short that records are released and claimed again while they wait for their turn",
                "Use at least " + text(MIN_CLAIM_TIMEOUT) + ", and several times what a listener takes.");
        require(
                delivery.maxBackoff().compareTo(ledger.claimTimeout()) < 0,
                "onlyonce.delivery.max-backoff",
                text(delivery.maxBackoff()),
                "is not below onlyonce.ledger.claim-timeout = '" + text(ledger.claimTimeout())
                        + "', so another process could take a record for abandoned that waits for its next attempt",
                "Lower the one or raise the other.");
    }

    private void checkBackfill(Backfill backfill) {
        require(
                backfill.rate() >= 1,
                "onlyonce.backfill.rate",
                backfill.rate(),
                "lets nothing be read",
                "Use at least 1 item a second.");
        require(
                backfill.segments() >= 1 && backfill.segments() <= MOST_SEGMENTS,
                "onlyonce.backfill.segments",
                backfill.segments(),
                "is out of range",
                "Use 1 to " + MOST_SEGMENTS + "; the progress of all is kept in one item.");
    }

    private void requirePositive(String property, Duration value) {
        require(
                !value.isNegative() && !value.isZero(),
                property,
                text(value),
                "is not a time to wait",
                "Use a duration above zero, such as 200ms or 5s.");
    }

    private void requireOrder(String lowerProperty, Duration lower, String upperProperty, Duration upper) {
        require(
                lower.compareTo(upper) <= 0,
                lowerProperty,
                text(lower),
                "is longer than " + upperProperty + " = '" + text(upper) + "'",
                "Lower the one or raise the other.");
    }

    private void require(boolean satisfied, String property, Object value, String reason, String remedy) {
        if (!satisfied) {
            add(property, value.toString(), reason, remedy);
        }
    }

    private void add(String property, String value, String reason, String remedy) {
        problems.add(new Problem(property, value, reason, remedy));
    }

    /** The name that reaches exactly this key of a map, whatever characters it has. */
    static String nameOf(String map, String key) {
        return key.matches("[a-z0-9-]+") ? map + "." + key : map + "[" + key + "]";
    }

    static String text(Duration duration) {
        return duration.toMillis() < 1000
                ? duration.toMillis() + "ms"
                : duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }
}
