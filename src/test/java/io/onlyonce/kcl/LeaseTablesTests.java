package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.onlyonce.engine.Clocks;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class LeaseTablesTests {

    private final KclFixture fixture = new KclFixture();
    private final WorkerContext worker = new WorkerContext("worker", new Clocks(Clock.systemUTC(), System::nanoTime));

    @Test
    void missingTablesAreNotCreatedWhereTheyAreNotToBe() throws Exception {
        var tables = new LeaseTables(fixture.dynamoDb(), fixture.settingsWithoutTables());

        assertThatIllegalStateException()
                .isThrownBy(() -> tables.create(worker))
                .withMessageContaining(fixture.leaseTable())
                .withMessageContaining("onlyonce.tables.create");

        assertThat(fixture.dynamoDb().listTablesPaginator().tableNames()).doesNotContain(fixture.leaseTable());
        new LeaseTables(fixture.dynamoDb(), fixture.settings()).create(worker);
        tables.create(worker);
    }
}
