package io.onlyonce.publication;

import io.onlyonce.ItemInserted;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.context.event.EventListener;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;

/** An {@code @EventListener} method that completes for itself. */
final class ItemListenerAdapter extends ApplicationListenerMethodAdapter implements ItemListener {

    private static final Object[] NO_ARGUMENTS = {};

    private final String id;
    private final ResolvableType eventType;
    private final @Nullable Class<?> itemClass;
    private final boolean conditional;
    private final boolean parameterless;
    private final ItemTypes itemTypes;
    private ItemMapper<?> mapper = ItemMapper.RAW;
    private @Nullable String onlyTable;

    ItemListenerAdapter(String beanName, Class<?> type, Method method, ItemTypes itemTypes) {
        super(beanName, type, method);
        EventListener annotation = AnnotatedElementUtils.findMergedAnnotation(method, EventListener.class);
        this.id = annotation != null && StringUtils.hasText(annotation.id())
                ? annotation.id()
                : beanName + "." + method.getName();
        this.conditional = StringUtils.hasText(getCondition());
        this.parameterless = method.getParameterCount() == 0;
        ResolvableType parameterType = parameterless
                ? ResolvableType.forClass(ItemInserted.class)
                : ResolvableType.forMethodParameter(new MethodParameter(method, 0).withContainingClass(type));
        this.itemClass = parameterType.as(ItemInserted.class).getGeneric(0).resolve();
        this.eventType = parameterType;
        this.itemTypes = itemTypes;
    }

    /**
     * Finds out which of the tables the listener hears. By its item's class, if Spring Cloud AWS's table name resolver gives one of them; otherwise every one, which is only sound when there is no choice or the
     * listener has a condition.
     */
    void bind(Set<String> tables) {
        Class<?> type = itemClass;
        if (type == null || type == Object.class || Map.class.isAssignableFrom(type)) {
            return;
        }
        try {
            mapper = itemTypes.mapper(type);
        } catch (RuntimeException e) {
            throw new InvalidItemListenerException(
                    "Listener %s wants an item of type %s, for which there is no table schema (%s)"
                            .formatted(id, type.getName(), e.getMessage()),
                    "Annotate the class with @DynamoDbBean or @DynamoDbImmutable, declare a TableSchema<%1$s> bean, or take ItemInserted<Map<String, AttributeValue>>"
                            .formatted(type.getSimpleName()));
        }
        String table = itemTypes.table(type);
        if (tables.contains(table)) {
            onlyTable = table;
        } else if (tables.size() > 1 && !conditional) {
            throw new InvalidItemListenerException(
                    "Listener %s wants an item of type %s, but to which of the tables %s that belongs is not known (the table name resolver says '%s')"
                            .formatted(id, type.getName(), String.join(", ", tables), table),
                    "Declare a DynamoDbTableNameResolver bean that resolves %s to its table, or give the listener a condition: @EventListener(condition = \"#a0.table() == '...'\")"
                            .formatted(type.getSimpleName()));
        }
    }

    /** Whether the listener names a type of item, raw map included; one for {@code ItemInserted<?>} does with the keys. */
    boolean wantsItem() {
        return itemClass != null && itemClass != Object.class;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean hears(String table) {
        return onlyTable == null || onlyTable.equals(table);
    }

    @Override
    public boolean supportsEventType(ResolvableType type) {
        return PublishedItem.class
                        == type.as(PayloadApplicationEvent.class).getGeneric(0).resolve()
                || super.supportsEventType(type);
    }

    /** A call must end before the round does, even where the application's multicaster has an executor. */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    /** A call was made for this very method, so there is nothing to be found out about it. */
    @Override
    protected @Nullable Object @Nullable [] resolveArguments(ApplicationEvent event) {
        if (event instanceof PayloadApplicationEvent<?> payloadEvent
                && payloadEvent.getPayload() instanceof ListenerCall<?> call) {
            return parameterless ? NO_ARGUMENTS : new Object[] {call};
        }
        return super.resolveArguments(event);
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof PayloadApplicationEvent<?> payloadEvent
                && payloadEvent.getPayload() instanceof PublishedItem item) {
            item.deliverTo(
                    this,
                    mapper,
                    call -> true,
                    call -> processEvent(new PayloadApplicationEvent<>(event.getSource(), call, eventType)));
        } else {
            super.onApplicationEvent(event);
        }
    }
}
