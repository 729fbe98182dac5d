package io.onlyonce.ledger;

/**
 * Wish to deliver a record. May be sent again unchanged when an answer was lost; the ledger recognises it by its token.
 *
 * @param key deduplication key, within the consumer and table of the ledger
 * @param eventId identifier of the change
 * @param contentHash hash of the new image, compared when another event carries the same key; empty when the key is the event id
 * @param token this attempt's token
 */
public record Claim(String key, String eventId, String contentHash, ClaimToken token) {}
