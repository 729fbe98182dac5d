package io.onlyonce.kcl;

import io.onlyonce.engine.StreamNotReadableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.exceptions.LeasingException;

/** Notices that a table has another stream, as one has whose stream was switched off and on. */
final class StreamWatch {

    private static final Logger log = LoggerFactory.getLogger(StreamWatch.class);

    private final ConsumedTables tables;
    private final StreamLookup lookup;
    private final SchedulerFactory schedulers;

    StreamWatch(ConsumedTables tables, StreamLookup lookup, SchedulerFactory schedulers) {
        this.tables = tables;
        this.lookup = lookup;
        this.schedulers = schedulers;
    }

    /** Looks once. What could not be done is done by the next look. */
    void look(LeaseSeeder leases) {
        for (var table : tables.all()) {
            try {
                look(leases, table);
            } catch (StreamNotReadableException e) {
                table.problem(e.getMessage());
            } catch (LeasingException | RuntimeException e) {
                log.info("The stream of table {} could not be looked up: {}", table.name(), e.toString());
            }
        }
    }

    private void look(LeaseSeeder leases, ConsumedTable table) throws LeasingException {
        var arn = lookup.streamOf(table.source());
        if (!arn.equals(table.streamArn())) {
            log.info("Table {} has another stream: {}", table.name(), arn);
            if (leases.seed(table, schedulers.stream(arn))) {
                table.streamArn(arn);
            }
        }
        table.problem(null);
    }
}
