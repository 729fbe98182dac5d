package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.event.Level;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

@ExtendWith(OutputCaptureExtension.class)
class LogTargetTests {

    @Test
    void keysAreWrittenPlainlyAndTheItemNotAtAll(CapturedOutput output) {
        var keys = Map.of("id", AttributeValue.fromS("o-1"), "day", AttributeValue.fromN("7"));
        var item = Map.of(
                "id", AttributeValue.fromS("o-1"),
                "day", AttributeValue.fromN("7"),
                "card", AttributeValue.fromS("4711"));

        new LogTarget("audit", Level.WARN).accept(new TestItem(keys, item, "event-1"));

        assertThat(output)
                .contains(
                        "New item in orders: day=N:7,id=S:o-1 (event event-1, created 2026-01-01T12:00:00Z, redelivered)")
                .doesNotContain("AttributeValue", "4711");
    }
}
