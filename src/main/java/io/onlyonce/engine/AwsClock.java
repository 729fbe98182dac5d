package io.onlyonce.engine;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The clock of AWS as its answers tell it: this machine's own, set right where the two differ by more than an answer may be late. */
public final class AwsClock extends Clock {

    private static final Logger log = LoggerFactory.getLogger(AwsClock.class);

    private static final Duration NEGLIGIBLE = Duration.ofMinutes(1);

    private final Clock own;
    private volatile Duration ahead = Duration.ZERO;

    /** A clock that agrees with {@code own} until an answer tells otherwise. */
    public AwsClock(Clock own) {
        this.own = own;
    }

    /** A client whose answers set this clock. */
    public DynamoDbStreamsClient setBy(DynamoDbStreamsClient streams) {
        return new TellingClient(streams);
    }

    @Override
    public Instant instant() {
        return own.instant().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return own.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("Only its instants are used");
    }

    private <T extends SdkResponse> T told(T answer) {
        var http = answer.sdkHttpResponse();
        var date = http == null ? null : http.firstMatchingHeader("Date").orElse(null);
        if (date != null) {
            try {
                set(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant());
            } catch (DateTimeException e) {
                log.debug("An answer has no date that can be read: {}", date);
            }
        }
        return answer;
    }

    private void set(Instant now) {
        var difference = Duration.between(own.instant(), now);
        boolean differs = difference.abs().compareTo(NEGLIGIBLE) > 0;
        if (differs && ahead.isZero()) {
            log.warn("The clock of this machine differs from that of AWS by {}; that of AWS is used", difference);
        }
        ahead = differs ? difference : Duration.ZERO;
    }

    private final class TellingClient implements DynamoDbStreamsClient {

        private final DynamoDbStreamsClient streams;

        private TellingClient(DynamoDbStreamsClient streams) {
            this.streams = streams;
        }

        @Override
        public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
            return told(streams.describeStream(request));
        }

        @Override
        public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
            return told(streams.getShardIterator(request));
        }

        @Override
        public GetRecordsResponse getRecords(GetRecordsRequest request) {
            return told(streams.getRecords(request));
        }

        @Override
        public String serviceName() {
            return streams.serviceName();
        }

        /** Does nothing: the client belongs to the application. */
        @Override
        public void close() {}
    }
}
