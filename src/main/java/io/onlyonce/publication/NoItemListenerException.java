package io.onlyonce.publication;

import java.util.Set;

/** Nobody would handle the items of a table, so that consuming them would lose them. */
public final class NoItemListenerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Set<String> tables;

    NoItemListenerException(Set<String> tables) {
        super("No listener for ItemInserted hears table " + String.join(", ", tables));
        this.tables = Set.copyOf(tables);
    }

    /** Tables that no listener hears. */
    public Set<String> tables() {
        return tables;
    }
}
