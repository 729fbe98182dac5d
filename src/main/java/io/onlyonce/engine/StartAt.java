package io.onlyonce.engine;

/** Where reading a table begins while there is no checkpoint for it. */
public enum StartAt {
    /** With the oldest record that the stream still holds. */
    TRIM_HORIZON,
    /** With what is written after the first start. Shards that appear later are read from their beginning, whenever they are found. */
    LATEST
}
