package io.onlyonce.actuate;

import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Down when the reader of a shard has heard nothing from AWS for so long, neither records nor an error, that it must be stuck and only a restart helps. */
public final class ConsumerLivenessHealthIndicator extends AbstractHealthIndicator {

    /** The client gives up an attempt after 30 seconds without an answer and makes up to nine of them for one call, with pauses: a reader that is alive has failed or succeeded by then. */
    static final Duration LONGEST_SILENCE = Duration.ofMinutes(6);

    private final Engine engine;

    /** Liveness of an engine. */
    public ConsumerLivenessHealthIndicator(Engine engine) {
        super("Status of the consumer cannot be told");
        this.engine = engine;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        var silent = silentShards(engine.status());
        if (silent.isEmpty()) {
            builder.up();
        } else {
            builder.down().withDetail("silentShards", silent);
        }
    }

    private static List<SilentShard> silentShards(ConsumerStatus status) {
        var found = new ArrayList<SilentShard>();
        for (var table : status.tables()) {
            for (var shard : table.shards()) {
                if (shard.sinceLastAnswer().compareTo(LONGEST_SILENCE) > 0) {
                    found.add(new SilentShard(table.table(), shard.id(), Words.seconds(shard.sinceLastAnswer())));
                }
            }
        }
        return found;
    }

    private record SilentShard(String table, String shard, double sinceLastAnswerSeconds) {}
}
