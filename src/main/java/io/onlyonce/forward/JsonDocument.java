package io.onlyonce.forward;

/** How the form of a message is told to those who receive it. */
final class JsonDocument {

    /** Name of the message attribute, as CloudEvents calls it elsewhere. */
    static final String CONTENT_TYPE_NAME = "content-type";

    /** A whole CloudEvent in JSON. */
    static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

    /** Bytes by which SQS and SNS count the attribute: its name, type and value. */
    static final int ATTRIBUTE_SIZE = CONTENT_TYPE_NAME.length() + "String".length() + CONTENT_TYPE.length();

    private JsonDocument() {}
}
