package io.onlyonce.autoconfigure;

import io.onlyonce.engine.StartAt;
import io.onlyonce.forward.HttpSettings.Mode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties under {@code onlyonce}; an instance that was bound holds no value that cannot work, see {@link OnlyoncePropertiesBindHandlerAdvisor}.
 *
 * <p>How a table's name is written as part of a property's name:
 *
 * <ul>
 *   <li>In files, arguments and JSON, a name that holds a dot stands in brackets: {@code onlyonce.streams[my.Table].start-at}, in YAML as a quoted key {@code "[my.Table]"}. Brackets do no harm to other
 *       names, which may do without; capitals, dashes and underscores are kept.
 *   <li>An environment variable reaches names of lower-case letters and digits only: {@code ONLYONCE_STREAMS_ORDERS_STARTAT}. For all others, use {@code SPRING_APPLICATION_JSON}.
 *   <li>A table may be named without a setting, by an empty value: {@code onlyonce.streams.orders=}, in YAML {@code orders:}. An empty map, {@code orders: {}}, is no value: Spring's YAML reader drops it.
 * </ul>
 *
 * @param consumer Name of the consumer; scope of its checkpoints, ledger and lock. All processes of one name share the work.
 * @param engine Engine that reads the streams.
 * @param enabled Whether consumption starts with the application.
 * @param streams Tables whose streams are consumed, by table name. Write a name that holds a dot in brackets.
 * @param polling Reading with the polling engine.
 * @param delivery Delivery to listeners.
 * @param ledger Deduplication.
 * @param backfill Backfills, which take what stands in a table along the path of new items.
 * @param tables Tables that Onlyonce keeps for itself.
 * @param forward Listeners that ship with Onlyonce, by a name of your choice.
 */
@ConfigurationProperties(prefix = "onlyonce", ignoreUnknownFields = false)
record OnlyonceProperties(
        @Nullable String consumer,
        @DefaultValue("polling") EngineChoice engine,
        @DefaultValue("true") boolean enabled,
        @DefaultValue Map<String, Stream> streams,
        @DefaultValue Polling polling,
        @DefaultValue Delivery delivery,
        @DefaultValue Ledger ledger,
        @DefaultValue Backfill backfill,
        @DefaultValue Tables tables,
        @DefaultValue Map<String, Forward> forward) {

    OnlyonceProperties {
        streams = Collections.unmodifiableMap(new LinkedHashMap<>(streams));
        forward = Collections.unmodifiableMap(new LinkedHashMap<>(forward));
    }

    /** Who reads the streams. */
    enum EngineChoice {
        /** The built-in poller: one active process, ready in a second or two. */
        POLLING,
        /** The Kinesis Client Library: many processes share the shards. */
        KCL
    }

    /** What happens to a table after a gap, that is, after records may have been lost. */
    enum OnGap {
        /** The gap is reported and reading goes on behind it. */
        CONTINUE,
        /** The gap is reported and the table is not read until an operator decides. */
        STOP
    }

    /**
     * Stream of one table.
     *
     * @param streamArn ARN of the stream to read instead of the table's latest one.
     * @param startAt Where reading begins when there is no checkpoint.
     * @param key Deduplication key: event-id, item-key, or a SpEL expression over the new image.
     */
    record Stream(
            @Nullable String streamArn,
            @DefaultValue("trim-horizon") StartAt startAt,
            @DefaultValue("event-id") String key) {

        static final Stream DEFAULT = new Stream(null, StartAt.TRIM_HORIZON, "event-id");
    }

    /**
     * Reading with the polling engine.
     *
     * @param pageSize Most records asked for at once.
     * @param minDelay Delay after the first empty read of a shard.
     * @param maxDelay Delay that the one after an empty read grows to.
     * @param leaseDuration How long the active process may be silent before another one takes over.
     */
    record Polling(
            @DefaultValue("1000") int pageSize,
            @DefaultValue("100ms") Duration minDelay,
            @DefaultValue("1s") Duration maxDelay,
            @DefaultValue("10s") Duration leaseDuration) {}

    /**
     * Delivery to listeners.
     *
     * @param concurrency Items of one shard that listeners handle in parallel; the changes of one item stay in order.
     * @param maxAttempts Attempts before a record is set aside in quarantine.
     * @param initialBackoff Wait before the first retry.
     * @param maxBackoff Wait that the one before a retry grows to.
     * @param patience How long an item waits for the target of a forward that is away, throttles or refuses access, before it is set aside.
     * @param fatalExceptions Exception types that are not worth a retry, in addition to the built-in ones; subtypes count as well.
     * @param onGap What happens to a table after records may have been lost.
     */
    record Delivery(
            @DefaultValue("1") int concurrency,
            @DefaultValue("5") int maxAttempts,
            @DefaultValue("200ms") Duration initialBackoff,
            @DefaultValue("30s") Duration maxBackoff,
            @DefaultValue("15m") Duration patience,
            @DefaultValue List<Class<? extends Throwable>> fatalExceptions,
            @DefaultValue("continue") OnGap onGap) {

        Delivery {
            fatalExceptions = List.copyOf(fatalExceptions);
        }
    }

    /**
     * Deduplication.
     *
     * @param retention How long a completed entry deduplicates.
     * @param claimTimeout When the claim of a concurrent duplicate counts as abandoned.
     */
    record Ledger(@DefaultValue("7d") Duration retention, @DefaultValue("60s") Duration claimTimeout) {}

    /**
     * Backfills, which take what stands in a table along the path of new items.
     *
     * @param rate Most items of a table that are read in a second.
     * @param segments Parts of a table that are scanned in parallel.
     */
    record Backfill(@DefaultValue("1000") int rate, @DefaultValue("4") int segments) {}

    /**
     * Tables that Onlyonce keeps for itself.
     *
     * @param prefix First part of their names, before -ledger, -checkpoints and -quarantine.
     * @param create Whether missing ones are created, billed on demand and with time to live.
     */
    record Tables(@DefaultValue("onlyonce") String prefix, @DefaultValue("true") boolean create) {

        /** Name of the ledger table. */
        String ledger() {
            return prefix + "-ledger";
        }

        /** Name of the checkpoint table. */
        String checkpoints() {
            return prefix + "-checkpoints";
        }

        /** Name of the quarantine table. */
        String quarantine() {
            return prefix + "-quarantine";
        }
    }

    /**
     * Listener that ships with Onlyonce.
     *
     * @param table Table whose new items it handles; one of onlyonce.streams.
     * @param filter SpEL expression over the item, true for those to handle; all if absent.
     * @param log Level at which new items are logged.
     * @param http Receiver to which new items are posted.
     * @param sqs Queue to which new items are sent.
     * @param sns Topic to which new items are published.
     * @param eventBridge Event bus to which new items are put.
     */
    record Forward(
            @Nullable String table,
            @Nullable String filter,
            @Nullable Level log,
            @Nullable Http http,
            @Nullable Sqs sqs,
            @Nullable Sns sns,
            @Nullable EventBridge eventBridge) {}

    /**
     * Receiver to which new items are posted.
     *
     * @param url Address of the receiver.
     * @param headers Further headers of each request.
     * @param timeout Time for a request and its answer.
     * @param secret Secret with which messages are signed, as Standard Webhooks says.
     * @param alreadyProcessed Status with which the receiver says that it has processed the event before.
     * @param mode Form of the CloudEvent: binary (attributes in headers) or structured (all in one JSON document).
     */
    record Http(
            @Nullable String url,
            @DefaultValue Map<String, String> headers,
            @DefaultValue("10s") Duration timeout,
            @Nullable String secret,
            @DefaultValue("409") int alreadyProcessed,
            @DefaultValue("binary") Mode mode) {

        Http {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }

        /** Without what may be secret. */
        @Override
        public String toString() {
            return "Http[timeout=%s, mode=%s]".formatted(timeout, mode);
        }
    }

    /**
     * Queue to which new items are sent.
     *
     * @param queue URL or name of the queue; of a FIFO queue if it ends in .fifo.
     */
    record Sqs(@Nullable String queue) {}

    /**
     * Topic to which new items are published.
     *
     * @param topic ARN of the topic; of a FIFO topic if it ends in .fifo.
     */
    record Sns(@Nullable String topic) {}

    /**
     * Event bus to which new items are put.
     *
     * @param bus Name or ARN of the event bus.
     * @param detailType Detail type of the events, which rules match.
     */
    record EventBridge(@Nullable String bus, @DefaultValue("io.onlyonce.item.inserted") String detailType) {}
}
