package io.onlyonce.publication;

/** A listener that completes for itself: an {@code @EventListener} method for {@code ItemInserted}, or one that ships with the service. */
public interface ItemListener {

    /** Names the listener in the ledger, so it must stay the same from one version of an application to the next. */
    String id();

    /** Whether items of a table reach it. */
    boolean hears(String table);
}
