package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.util.KinesisMapperUtil;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.regions.Region;
import software.amazon.kinesis.common.StreamIdentifier;

/**
 * Names of streams: as AWS writes them, as the adapter accepts them, and as KCL writes them in leases. The first two differ only where an emulator answers: DynamoDB Local's ARNs name a Region that the adapter does not know.
 */
final class StreamNames {

    private static final Pattern REGION_OF_ARN = Pattern.compile("(?<=^arn:[^:]{1,20}:dynamodb:)[^:]*(?=:)");

    private final Region region;
    private final Map<String, String> ofAws = new ConcurrentHashMap<>();

    StreamNames(Region region) {
        this.region = region;
    }

    /** ARN for the adapter. */
    String forAdapter(String arn) {
        var matcher = REGION_OF_ARN.matcher(arn);
        if (!matcher.find() || Region.regions().contains(Region.of(matcher.group()))) {
            return arn;
        }
        String known = matcher.replaceFirst(region.id());
        ofAws.put(known, arn);
        return known;
    }

    /** ARN as AWS writes it. */
    String forAws(String arn) {
        return ofAws.getOrDefault(arn, arn);
    }

    /** Identifier of a stream by its ARN as AWS writes it. */
    StreamIdentifier identifier(String arn) {
        return StreamIdentifier.multiStreamInstance(
                KinesisMapperUtil.createKinesisStreamIdentifierFromDynamoDBStreamsArn(forAdapter(arn), true));
    }

    /** ARN of a stream as AWS writes it. */
    String arn(StreamIdentifier stream) {
        return forAws(KinesisMapperUtil.createDynamoDBStreamsArnFromKinesisStreamName(stream.streamName()));
    }

    /** Table of a stream as KCL writes it in leases. */
    static String table(String stream) {
        return stream.split("\\$", -1)[2];
    }
}
