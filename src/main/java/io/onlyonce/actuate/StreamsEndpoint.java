package io.onlyonce.actuate;

import io.onlyonce.actuate.StreamsDescriptor.TableDescriptor;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.Engine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import software.amazon.awssdk.core.exception.SdkException;

/** Shows what the consumer does about each table, pauses and resumes tables, and backfills them. */
@WebEndpoint(id = "streams", defaultAccess = Access.READ_ONLY)
public final class StreamsEndpoint {

    private static final int CONFLICT = 409;
    private static final String PAUSE = "pause";
    private static final String RESUME = "resume";
    private static final String BACKFILL = "backfill";
    private static final String STOP_BACKFILL = "backfill-stop";
    private static final int UNAVAILABLE = 503;

    private final String consumer;
    private final Engine engine;
    private final ConsumerCounts counts;
    private final Backfills backfills;

    /** Endpoint of the consumer with the name {@code consumer}. */
    public StreamsEndpoint(String consumer, Engine engine, ConsumerCounts counts, Backfills backfills) {
        this.consumer = consumer;
        this.engine = engine;
        this.counts = counts;
        this.backfills = backfills;
    }

    /** State of all tables. */
    @ReadOperation
    public StreamsDescriptor streams() {
        var status = engine.status();
        var tables = new LinkedHashMap<String, TableDescriptor>();
        status.tables().forEach(table -> tables.put(table.table(), describe(table)));
        return new StreamsDescriptor(consumer, engine.name(), Words.of(status.role()), tables);
    }

    /** State of one table; 404 with the tables that there are if it is not consumed. */
    @ReadOperation
    public WebEndpointResponse<Object> stream(@Selector String table) {
        return answer(table);
    }

    /**
     * Pauses or resumes one table, or begins or ends its backfill, and answers with its state afterwards; 404 as {@link #stream} does, 400 with the actions that there are if it is another one, 409
     * with the reason if this process does not read tables at the moment or the table cannot be backfilled, 503 if DynamoDB does not take the order.
     *
     * @param action {@code pause}, {@code resume}, {@code backfill} or {@code backfill-stop}
     */
    @WriteOperation
    public WebEndpointResponse<Object> change(@Selector String table, @Nullable String action) {
        if (find(table).isEmpty()) {
            return answer(table);
        }
        try {
            if (PAUSE.equals(action)) {
                engine.pause(table);
            } else if (RESUME.equals(action)) {
                engine.resume(table);
            } else if (BACKFILL.equals(action)) {
                requireActive();
                backfills.start(table);
            } else if (STOP_BACKFILL.equals(action)) {
                requireActive();
                backfills.stop(table);
            } else {
                return refuse(
                        WebEndpointResponse.STATUS_BAD_REQUEST,
                        action == null ? "No action is given" : "Action '%s' is not known".formatted(action),
                        List.of(PAUSE, RESUME, BACKFILL, STOP_BACKFILL));
            }
        } catch (IllegalStateException e) {
            return refuse(CONFLICT, String.valueOf(e.getMessage()), List.of());
        } catch (SdkException e) {
            return refuse(UNAVAILABLE, "DynamoDB does not take the order: " + e.getMessage(), List.of());
        }
        return answer(table);
    }

    private void requireActive() {
        var role = engine.status().role();
        if (role != Role.ACTIVE) {
            throw new IllegalStateException(
                    role == Role.STANDBY
                            ? "This process stands by; ask the active one"
                            : "The consumer is not running");
        }
    }

    private WebEndpointResponse<Object> answer(String table) {
        return find(table)
                .map(status -> new WebEndpointResponse<Object>(describe(status)))
                .orElseGet(() -> refuse(
                        WebEndpointResponse.STATUS_NOT_FOUND,
                        "Table '%s' is not consumed".formatted(table),
                        engine.status().tables().stream()
                                .map(TableStatus::table)
                                .toList()));
    }

    private Optional<TableStatus> find(String table) {
        return engine.status().tables().stream()
                .filter(candidate -> candidate.table().equals(table))
                .findFirst();
    }

    private TableDescriptor describe(TableStatus status) {
        return TableDescriptor.of(
                status,
                counts.of(status.table()),
                counts.recentGaps(),
                backfills.status(status.table()).orElse(null));
    }

    private static WebEndpointResponse<Object> refuse(int status, String message, List<String> choices) {
        return new WebEndpointResponse<>(new RefusalDescriptor(message, choices), status);
    }
}
