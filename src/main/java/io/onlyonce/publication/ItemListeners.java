package io.onlyonce.publication;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** All listeners for new items in the application, registered as their beans' methods are found. */
public final class ItemListeners {

    private final List<ItemListener> listeners = new CopyOnWriteArrayList<>();

    /**
     * Adds a listener.
     *
     * @throws InvalidItemListenerException if another one has the same id
     */
    public void register(ItemListener listener) {
        if (listeners.stream().anyMatch(other -> other.id().equals(listener.id()))) {
            throw new InvalidItemListenerException(
                    "Two listeners for ItemInserted have the id '%s', under which each must complete for itself"
                            .formatted(listener.id()),
                    "Give one of them an id of its own: @EventListener(id = \"...\")");
        }
        listeners.add(listener);
    }

    /**
     * Makes sure that every item has a listener and every listener can map its items.
     *
     * @param tables configured tables
     * @throws NoItemListenerException if a table has no listener at all
     * @throws InvalidItemListenerException if a listener cannot tell its table, or its type has no table schema
     */
    public void validate(Set<String> tables) {
        for (ItemListener listener : listeners) {
            if (listener instanceof ItemListenerAdapter adapter) {
                adapter.bind(tables);
            }
        }
        Set<String> unheard = new TreeSet<>(tables);
        unheard.removeIf(table -> !forTable(table).isEmpty());
        if (!unheard.isEmpty()) {
            throw new NoItemListenerException(unheard);
        }
    }

    /** Listeners that hear a table. */
    public List<ItemListener> forTable(String table) {
        return listeners.stream().filter(listener -> listener.hears(table)).toList();
    }

    /** Whether one of the table's listeners wants the item itself, so that the stream must carry new images. */
    public boolean wantItemsOf(String table) {
        return forTable(table).stream()
                .anyMatch(listener -> !(listener instanceof ItemListenerAdapter adapter) || adapter.wantsItem());
    }
}
