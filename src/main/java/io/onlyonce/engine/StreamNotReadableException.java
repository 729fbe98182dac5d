package io.onlyonce.engine;

import org.jspecify.annotations.Nullable;

/** A configured table cannot be consumed, and trying again changes nothing: its configuration has to change first. */
public final class StreamNotReadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why a table cannot be consumed. */
    public enum Reason {
        /** There is no such table. */
        TABLE_MISSING("the table does not exist", "create it, or correct the name in the property"),
        /** The configured stream does not exist. */
        STREAM_MISSING(
                "the configured stream does not exist",
                "correct or remove '%s.stream-arn'; without it the latest stream of the table is read"),
        /** The table has no enabled stream. */
        STREAM_NOT_ENABLED(
                "its stream is not enabled",
                "enable it, for example: aws dynamodb update-table --table-name %s --stream-specification"
                        + " StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"),
        /** The stream does not carry new images. */
        NEW_IMAGE_MISSING(
                "its stream has no new images",
                "a view type cannot be changed: disable the stream and enable it again with the view type NEW_IMAGE or"
                        + " NEW_AND_OLD_IMAGES"),
        /** AWS refused access. */
        ACCESS_DENIED(
                "access was denied",
                "allow dynamodb:DescribeTable on the table, dynamodb:DescribeStream, dynamodb:GetShardIterator and"
                        + " dynamodb:GetRecords on its stream, and reading and writing the checkpoint table");

        private final String description;
        private final String remedy;

        Reason(String description, String remedy) {
            this.description = description;
            this.remedy = remedy;
        }
    }

    private final String table;
    private final Reason reason;

    /**
     * Creates the exception with a message that names the table, the property and the remedy.
     *
     * @param table name of the table
     * @param reason why it cannot be consumed
     * @param cause what AWS said, if anything
     */
    public StreamNotReadableException(String table, Reason reason, @Nullable Throwable cause) {
        super(
                "Cannot consume table '" + table + "' (property '" + propertyOf(table) + "'): " + reason.description
                        + (cause == null ? "" : " (" + cause.getMessage() + ")") + ". Remedy: "
                        + remedyOf(table, reason),
                cause);
        this.table = table;
        this.reason = reason;
    }

    /** Name of the table. */
    public String table() {
        return table;
    }

    /** Why it cannot be consumed. */
    public Reason reason() {
        return reason;
    }

    /** Property that configures the table. */
    public String property() {
        return propertyOf(table);
    }

    /** What is wrong, in words. */
    public String description() {
        return reason.description;
    }

    /** What to do about it, in words. */
    public String remedy() {
        return remedyOf(table, reason);
    }

    private static String propertyOf(String table) {
        return table.indexOf('.') < 0 ? "onlyonce.streams." + table : "onlyonce.streams[" + table + "]";
    }

    private static String remedyOf(String table, Reason reason) {
        return reason.remedy.formatted(reason == Reason.STREAM_MISSING ? propertyOf(table) : table);
    }
}
