package io.onlyonce.publication;

/** A listener for new items cannot do its work as it is written. */
public final class InvalidItemListenerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    InvalidItemListenerException(String message, String remedy) {
        super(message + ". " + remedy);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
