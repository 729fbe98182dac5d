package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.onlyonce.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

class AwsClockTests {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final SettableClock own = new SettableClock(NOW);
    private final AwsClock clock = new AwsClock(own);
    private final DynamoDbStreamsClient streams = mock();

    @Test
    void goesWithTheAnswersWhereTheOwnClockIsWrong() {
        answered(at(NOW.plusSeconds(7_200)));
        own.advance(Duration.ofSeconds(30));
        assertThat(clock.instant()).isEqualTo(NOW.plusSeconds(7_230));

        answered(at(NOW.minusSeconds(7_200)));
        assertThat(clock.instant()).isEqualTo(NOW.minusSeconds(7_200));
    }

    @Test
    void answerThatIsLateChangesNothing() {
        answered(at(NOW.minusSeconds(50)));

        assertThat(clock.instant()).isEqualTo(NOW);
    }

    @Test
    void answerWithoutADateChangesNothing() {
        answered(null);
        answered("yesterday");

        assertThat(clock.instant()).isEqualTo(NOW);
    }

    private void answered(@Nullable String date) {
        var http = SdkHttpResponse.builder().statusCode(200);
        if (date != null) {
            http.putHeader("Date", date);
        }
        when(streams.getRecords(any(GetRecordsRequest.class))).thenReturn((GetRecordsResponse)
                GetRecordsResponse.builder().sdkHttpResponse(http.build()).build());
        clock.setBy(streams).getRecords(GetRecordsRequest.builder().build());
    }

    private static String at(Instant moment) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(moment.atOffset(ZoneOffset.UTC));
    }
}
