package io.onlyonce.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.ShardId;

/**
 * An observation around each call of a listener, open on the listener's thread: with tracing on the class path it becomes a span, and what the listener calls becomes part of it.
 *
 * <p>Named {@value #NAME}, with the key values {@code table} and {@code listener}, and for spans {@code shard} and {@code event.id} as well.
 */
public final class ListenerObservations implements ConsumerListener {

    /** Name of the observations. */
    public static final String NAME = "onlyonce.listener.call";

    private final ObservationRegistry registry;

    /** Observations in {@code registry}. */
    public ListenerObservations(ObservationRegistry registry) {
        this.registry = registry;
    }

    @Override
    public CallEnd listenerStarts(String table, ShardId shardId, String eventId, String listener) {
        if (registry.isNoop()) {
            return CallEnd.IGNORED;
        }
        var observation = Observation.createNotStarted(NAME, registry)
                .contextualName("listener " + listener)
                .lowCardinalityKeyValue("table", table)
                .lowCardinalityKeyValue("listener", listener)
                .highCardinalityKeyValue("shard", shardId.value())
                .highCardinalityKeyValue("event.id", eventId)
                .start();
        var scope = observation.openScope();
        return failure -> {
            scope.close();
            if (failure != null) {
                observation.error(failure);
            }
            observation.stop();
        };
    }
}
