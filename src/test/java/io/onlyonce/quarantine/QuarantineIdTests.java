package io.onlyonce.quarantine;

import static io.onlyonce.quarantine.QuarantinedRecords.CREATED_AT;
import static io.onlyonce.quarantine.QuarantinedRecords.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.stream.StreamRecord;
import org.junit.jupiter.api.Test;

class QuarantineIdTests {

    @Test
    void isMadeOfTheRecordAlone() {
        String id = QuarantineId.of("shop.orders_v2", record("300000000000499659", CREATED_AT));

        assertThat(id)
                .startsWith("shop.orders_v2~20260714T101500Z~0000000000000000000000300000000000499659~")
                .isEqualTo(QuarantineId.of("shop.orders_v2", record("300000000000499659", CREATED_AT)))
                .matches("[A-Za-z0-9_.~-]+")
                .satisfies(text -> assertThat(QuarantineId.isWellFormed(text)).isTrue());
    }

    @Test
    void keepsApartEventsThatShareASequenceNumber() {
        var record = record("1", CREATED_AT);
        var other = new StreamRecord(
                record.streamArn(),
                "another event",
                record.eventName(),
                record.sequenceNumber(),
                CREATED_AT,
                record.keys(),
                null,
                null);

        assertThat(QuarantineId.of("orders", other)).isNotEqualTo(QuarantineId.of("orders", record));
    }
}
