package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ItemListener;
import io.onlyonce.publication.ItemMapper;
import io.onlyonce.publication.PublishedItem;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.ResolvableType;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Hands each new item of a table to a target, and completes for itself like any listener method. */
public final class Forward implements GenericApplicationListener, ItemListener {

    private final String id;
    private final String table;
    private final @Nullable ItemFilter filter;
    private final Consumer<ItemInserted<Map<String, AttributeValue>>> target;

    /**
     * A forward.
     *
     * @param name name in the properties
     * @param table table whose items are forwarded
     * @param filter which of them; all if absent
     * @param target where they go; an exception counts as the forward's failure
     */
    public Forward(
            String name,
            String table,
            @Nullable ItemFilter filter,
            Consumer<ItemInserted<Map<String, AttributeValue>>> target) {
        this.id = "forward." + name;
        this.table = table;
        this.filter = filter;
        this.target = target;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String getListenerId() {
        return id;
    }

    @Override
    public boolean hears(String otherTable) {
        return table.equals(otherTable);
    }

    @Override
    public boolean supportsEventType(ResolvableType type) {
        return PublishedItem.class
                == type.as(PayloadApplicationEvent.class).getGeneric(0).resolve();
    }

    /** A call must end before the round does, even where the application's multicaster has an executor. */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof PayloadApplicationEvent<?> payloadEvent
                && payloadEvent.getPayload() instanceof PublishedItem item) {
            item.deliverTo(this, ItemMapper.RAW, inserted -> filter == null || filter.accepts(inserted), target);
        }
    }
}
