package io.onlyonce.stream;

/** What happened to an item, in the words of the DynamoDB Streams API. */
public enum EventName {
    /** A new item was added to the table. */
    INSERT,
    /** One or more attributes of an existing item changed. */
    MODIFY,
    /** The item was deleted, by a caller or by time to live. */
    REMOVE
}
