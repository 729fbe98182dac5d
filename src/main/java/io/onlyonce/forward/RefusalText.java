package io.onlyonce.forward;

/** What a receiver said when it refused an event; it may quote the item, so it is kept with the record and not logged. */
final class RefusalText extends Exception {

    private static final long serialVersionUID = 1L;

    RefusalText(String text) {
        super(text, null, false, false);
    }
}
