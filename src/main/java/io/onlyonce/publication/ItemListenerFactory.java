package io.onlyonce.publication;

import io.onlyonce.ItemInserted;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.EventListenerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;

/** Makes listeners of {@code @EventListener} methods for {@link ItemInserted}; all other methods are left to Spring's own factories. */
public final class ItemListenerFactory implements EventListenerFactory, Ordered {

    // By name, because spring-tx need not be there.
    private static final String TRANSACTIONAL_EVENT_LISTENER =
            "org.springframework.transaction.event.TransactionalEventListener";

    private final ItemListeners listeners;
    private final ItemTypes itemTypes;

    /** Registers what it makes with {@code listeners}. */
    public ItemListenerFactory(ItemListeners listeners, ItemTypes itemTypes) {
        this.listeners = listeners;
        this.itemTypes = itemTypes;
    }

    /** Before the factory for transactional listeners, so that such a method is refused and not silently never called. */
    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public boolean supportsMethod(Method method) {
        if (method.getParameterCount() == 1) {
            return ItemInserted.class.isAssignableFrom(method.getParameterTypes()[0]);
        }
        EventListener annotation = AnnotatedElementUtils.findMergedAnnotation(method, EventListener.class);
        return annotation != null && Arrays.stream(annotation.classes()).anyMatch(ItemInserted.class::isAssignableFrom);
    }

    @Override
    public ApplicationListener<?> createApplicationListener(String beanName, Class<?> type, Method method) {
        String name = type.getSimpleName() + "." + method.getName();
        refuse(
                isAsync(type, method),
                name + " is @Async, so it would return before its work is done and count as completed too early",
                "Remove @Async; for parallel work set onlyonce.delivery.concurrency");
        refuse(
                AnnotatedElementUtils.isAnnotated(method, TRANSACTIONAL_EVENT_LISTENER),
                name
                        + " is a @TransactionalEventListener, but items arrive outside any transaction, so it would never be called",
                "Use @EventListener, and @Transactional beside it if the work needs a transaction");
        refuse(
                isAsynchronous(method.getReturnType()),
                name + " returns " + method.getReturnType().getSimpleName()
                        + ", so it would return before its work is done and count as completed too early",
                "Wait for the result within the method");
        var adapter = new ItemListenerAdapter(beanName, type, method, itemTypes);
        listeners.register(adapter);
        return adapter;
    }

    private static boolean isAsync(Class<?> type, Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, Async.class)
                || AnnotatedElementUtils.hasAnnotation(type, Async.class);
    }

    private static boolean isAsynchronous(Class<?> returnType) {
        return CompletionStage.class.isAssignableFrom(returnType)
                || Future.class.isAssignableFrom(returnType)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(returnType) != null;
    }

    private static void refuse(boolean wrong, String message, String remedy) {
        if (wrong) {
            throw new InvalidItemListenerException(message, remedy);
        }
    }
}
