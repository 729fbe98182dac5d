package io.onlyonce.actuate;

import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.publication.Redrive;
import io.onlyonce.publication.Redrive.Outcome;
import io.onlyonce.quarantine.QuarantineStore;
import io.onlyonce.quarantine.QuarantineSummary;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import software.amazon.awssdk.core.exception.SdkException;

/** Redrives and discards on behalf of an operator, each of them audited, and tells what came of it. */
final class QuarantineOperations {

    private static final Logger log = LoggerFactory.getLogger(QuarantineOperations.class);

    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE_CONTENT = 422;

    private static final String BROKEN_OFF = "broken-off";
    private static final String DISCARDED = "discarded";

    private final QuarantineStore store;
    private final Redrive redrive;
    private final QuarantineAudit audit;

    QuarantineOperations(QuarantineStore store, Redrive redrive, QuarantineAudit audit) {
        this.store = store;
        this.redrive = redrive;
        this.audit = audit;
    }

    WebEndpointResponse<OperationResponseBody> redrive(String id) {
        Outcome outcome;
        try {
            outcome = audited(id);
        } catch (SdkException | LedgerUnavailableException e) {
            return brokenOff(new QuarantineActionDescriptor(id, BROKEN_OFF, brokenOff(id, e), null));
        }
        var failure = outcome == Outcome.FAILED
                ? store.find(id)
                        .map(record -> FailureDescriptor.of(record.failure()))
                        .orElse(null)
                : null;
        return new WebEndpointResponse<>(
                new QuarantineActionDescriptor(id, text(outcome), message(outcome), failure), status(outcome));
    }

    WebEndpointResponse<OperationResponseBody> redriveAll(
            String table, @Nullable String cursor, QuarantineStore.Page page) {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (QuarantineSummary record : page.records()) {
            try {
                outcomes.merge(text(audited(record.id())), 1, Integer::sum);
            } catch (SdkException | LedgerUnavailableException e) {
                outcomes.merge(BROKEN_OFF, 1, Integer::sum);
                return brokenOff(new RedriveAllDescriptor(table, outcomes, cursor, brokenOff(record.id(), e)));
            }
        }
        return new WebEndpointResponse<>(new RedriveAllDescriptor(table, outcomes, page.cursor(), null));
    }

    WebEndpointResponse<OperationResponseBody> discard(String id) {
        if (!store.delete(id)) {
            audit.discard(id, text(Outcome.NOT_FOUND));
            return new WebEndpointResponse<>(
                    new QuarantineActionDescriptor(id, text(Outcome.NOT_FOUND), message(Outcome.NOT_FOUND), null),
                    status(Outcome.NOT_FOUND));
        }
        audit.discard(id, DISCARDED);
        log.info("Quarantined record {} was discarded", id);
        return new WebEndpointResponse<>(new QuarantineActionDescriptor(
                id,
                DISCARDED,
                "The record is gone. Should the stream deliver its event once more, it is dropped as a redelivery.",
                null));
    }

    private Outcome audited(String id) {
        String audited = BROKEN_OFF;
        try {
            Outcome outcome = redrive.redrive(id);
            audited = text(outcome);
            return outcome;
        } finally {
            audit.redrive(id, audited);
        }
    }

    private static String brokenOff(String id, RuntimeException cause) {
        log.warn("The redrive of {} broke off: {}", id, cause.toString());
        return "The redrive of %s broke off because DynamoDB did not answer; the call may be repeated: %s"
                .formatted(id, cause.getMessage());
    }

    private static WebEndpointResponse<OperationResponseBody> brokenOff(OperationResponseBody descriptor) {
        return new WebEndpointResponse<>(descriptor, WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
    }

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case PROCESSED -> "processed";
            case ALREADY_COMPLETED -> "already-completed";
            case FAILED -> "failed";
            case IN_PROGRESS -> "in-progress";
            case NOT_FOUND -> "not-found";
            case UNKNOWN_TABLE -> "unknown-table";
            case IMAGE_NOT_STORED -> "image-not-stored";
        };
    }

    private static int status(Outcome outcome) {
        return switch (outcome) {
            case PROCESSED, ALREADY_COMPLETED -> WebEndpointResponse.STATUS_OK;
            case FAILED, IN_PROGRESS, UNKNOWN_TABLE -> CONFLICT;
            case NOT_FOUND -> WebEndpointResponse.STATUS_NOT_FOUND;
            case IMAGE_NOT_STORED -> UNPROCESSABLE_CONTENT;
        };
    }

    private static String message(Outcome outcome) {
        return switch (outcome) {
            case PROCESSED -> "Every listener has completed; the record has left the quarantine.";
            case ALREADY_COMPLETED ->
                "The deduplication key had been completed meanwhile; the record has left the quarantine without being delivered.";
            case FAILED -> "A listener failed again; the record stays, with the new failure.";
            case IN_PROGRESS ->
                "Another delivery of the deduplication key is under way; nothing was done. If its process has died, calls after the claim timeout take it over.";
            case NOT_FOUND -> "No quarantined record has this id.";
            case UNKNOWN_TABLE -> "This process does not consume the record's table; nothing was done.";
            case IMAGE_NOT_STORED ->
                "The new image was too large or too deeply nested to be stored, so the record cannot be delivered from here.";
        };
    }
}
