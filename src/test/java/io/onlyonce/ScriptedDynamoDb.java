package io.onlyonce;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A DynamoDB client whose calls can be made to fail, to answer otherwise, or to meet what another process did just before. */
public final class ScriptedDynamoDb {

    private final DynamoDbClient real;
    private final DynamoDbClient client;
    private final ConcurrentHashMap<String, Deque<Script>> scripts = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, List<SdkRequest>> requests = new ConcurrentHashMap<>();

    public ScriptedDynamoDb(DynamoDbClient real) {
        this.real = real;
        this.client = (DynamoDbClient) Proxy.newProxyInstance(
                DynamoDbClient.class.getClassLoader(), new Class<?>[] {DynamoDbClient.class}, this::invoke);
    }

    /** One call. */
    @FunctionalInterface
    private interface Script {
        Object answer(SdkRequest request, Service<SdkRequest, Object> service);
    }

    /** The real operation. */
    @FunctionalInterface
    public interface Service<Q, A> {

        /** Sends a request. */
        A send(Q request);
    }

    /** One call, typed. */
    @FunctionalInterface
    public interface Call<Q extends SdkRequest, A> {

        /** Answers the request, or throws. */
        A answer(Q request, Service<Q, A> service);
    }

    /** The client. */
    public DynamoDbClient client() {
        return client;
    }

    /** Lets the next call of an operation that has no script yet, as named in the client, run so. Scripts of one operation are used one after the other. */
    @SuppressWarnings("unchecked") // The caller names the types of the operation.
    public <Q extends SdkRequest, A> ScriptedDynamoDb next(String operation, Call<Q, A> call) {
        scripts.computeIfAbsent(operation, name -> new ConcurrentLinkedDeque<>())
                .add((request, service) -> call.answer((Q) request, q -> (A) service.send(q)));
        return this;
    }

    /** Requests of an operation so far. */
    public List<SdkRequest> requests(String operation) {
        return requests.getOrDefault(operation, List.of());
    }

    private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().endsWith("Paginator")
                || (arguments != null && arguments.length == 1 && arguments[0] instanceof Consumer)) {
            // These come back here, with a request.
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        if (arguments == null || arguments.length != 1 || !(arguments[0] instanceof SdkRequest request)) {
            return call(method, arguments);
        }
        requests.computeIfAbsent(method.getName(), name -> new CopyOnWriteArrayList<>())
                .add(request);
        var queue = scripts.get(method.getName());
        var script = queue == null ? null : queue.poll();
        return script == null
                ? call(method, arguments)
                : script.answer(request, q -> {
                    try {
                        return call(method, new Object[] {q});
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Throwable e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
