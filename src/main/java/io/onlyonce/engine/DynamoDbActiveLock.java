package io.onlyonce.engine;

import com.amazonaws.services.dynamodbv2.AcquireLockOptions;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClientOptions;
import com.amazonaws.services.dynamodbv2.GetLockOptions;
import com.amazonaws.services.dynamodbv2.model.LockCurrentlyUnavailableException;
import com.amazonaws.services.dynamodbv2.model.LockNotGrantedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * A lock of the DynamoDB Lock Client, which is an item beside the checkpoints:
 *
 * <pre>
 * pk                   consumer
 * sk                   "lock"
 * ownerName            active process
 * recordVersionNumber  changes with every heartbeat
 * leaseDuration        milliseconds without a heartbeat after which another process takes over
 * </pre>
 *
 * Nobody compares the clocks of two machines: who waits measures with its own for how long the version has not changed. The active process counts itself out before that, after four fifths of the time.
 */
public final class DynamoDbActiveLock implements ActiveLock {

    private static final Logger log = LoggerFactory.getLogger(DynamoDbActiveLock.class);
    private static final String LOCK = "lock";

    private final DynamoDbClient dynamoDb;
    private final String table;
    private final String consumer;
    private final String owner;
    private final Duration leaseDuration;
    private @Nullable AmazonDynamoDBLockClient client;
    private boolean wasActive;

    /**
     * A lock that is not held.
     *
     * @param table table of the checkpoints
     * @param consumer of which one process is active
     * @param owner this process, in words for an operator; no other has the same
     * @param leaseDuration how long the active process may be silent
     */
    public DynamoDbActiveLock(
            DynamoDbClient dynamoDb, String table, String consumer, String owner, Duration leaseDuration) {
        this.dynamoDb = dynamoDb;
        this.table = table;
        this.consumer = consumer;
        this.owner = owner;
        this.leaseDuration = leaseDuration;
    }

    @Override
    public synchronized boolean acquire(Runnable lost) {
        return tryToAcquire(lost) || (releaseOwn() && tryToAcquire(lost));
    }

    /** A heartbeat whose answer was lost leaves a version that the client does not know, so that it takes the lock for another's. Nobody else has this process's name. */
    private boolean releaseOwn() {
        if (!wasActive) {
            return false;
        }
        var locks = client();
        return locks.getLockFromDynamoDB(GetLockOptions.builder(consumer)
                        .withSortKey(LOCK)
                        .withDeleteLockOnRelease(true)
                        .build())
                .filter(item -> item.getOwnerName().equals(owner))
                .map(locks::releaseLock)
                .orElse(false);
    }

    private boolean tryToAcquire(Runnable lost) {
        var locks = client();
        try {
            locks.acquireLock(AcquireLockOptions.builder(consumer)
                    .withSortKey(LOCK)
                    .withDeleteLockOnRelease(true)
                    .withShouldSkipBlockingWait(true)
                    .withAdditionalTimeToWaitForLock(0L)
                    .withRefreshPeriod(10L)
                    .withTimeUnit(TimeUnit.MILLISECONDS)
                    .withSessionMonitor(leaseDuration.toMillis() * 4 / 5, Optional.of(lost))
                    .build());
            wasActive = true;
            return true;
        } catch (LockCurrentlyUnavailableException e) {
            return false;
        } catch (LockNotGrantedException e) {
            if (e.getCause() instanceof ConditionalCheckFailedException) {
                return false;
            }
            throw e.getCause() instanceof SdkException cause
                    ? cause
                    : SdkClientException.create("The lock of the active process cannot be looked at", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("Interrupted while looking at the lock of the active process", e);
        }
    }

    @Override
    public synchronized void release() {
        var locks = client;
        client = null;
        if (locks == null) {
            return;
        }
        try {
            locks.close();
        } catch (IOException | SdkException e) {
            log.warn("The lock of consumer {} was not released; it runs out after {}", consumer, leaseDuration, e);
            stopHeartbeats(locks);
        }
    }

    /** A release that fails leaves the client open; then it holds no lock any more, so that closing it again calls nobody. */
    private static void stopHeartbeats(AmazonDynamoDBLockClient locks) {
        try {
            locks.close();
        } catch (IOException | SdkException e) {
            log.warn("The lock client was not closed", e);
        }
    }

    private AmazonDynamoDBLockClient client() {
        var locks = client;
        if (locks == null) {
            locks = new AmazonDynamoDBLockClient(AmazonDynamoDBLockClientOptions.builder(dynamoDb, table)
                    .withPartitionKeyName("pk")
                    .withSortKeyName("sk")
                    .withOwnerName(owner)
                    .withLeaseDuration(leaseDuration.toMillis())
                    .withHeartbeatPeriod(leaseDuration.toMillis() / 5)
                    .withTimeUnit(TimeUnit.MILLISECONDS)
                    .withCreateHeartbeatBackgroundThread(true)
                    .build());
            client = locks;
        }
        return locks;
    }
}
