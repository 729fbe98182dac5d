package io.onlyonce.bench;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;

/** Counts the calls of a contestant and, if asked to, the capacity units that DynamoDB says they consumed. */
final class CallMeter implements ExecutionInterceptor {

    private final boolean unitsWanted;
    private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
    private final Map<String, DoubleAdder> units = new ConcurrentHashMap<>();
    private volatile @Nullable Stopwatch firstRead;

    private CallMeter(boolean unitsWanted) {
        this.unitsWanted = unitsWanted;
    }

    static CallMeter ofCalls() {
        return new CallMeter(false);
    }

    /** Answers say what they consumed, which costs time. */
    static CallMeter ofCallsAndUnits() {
        return new CallMeter(true);
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        SdkRequest request = context.request();
        if (!unitsWanted) {
            return request;
        }
        return field(request, "ReturnConsumedCapacity")
                .map(field -> {
                    var builder = request.toBuilder();
                    field.set(builder, "TOTAL");
                    return builder.build();
                })
                .orElse(request);
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        String operation = operation(attributes);
        if (operation.equals("GetRecords") && firstRead == null) {
            firstRead = Stopwatch.start();
        }
        calls.computeIfAbsent(operation, name -> new LongAdder()).increment();
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        if (!unitsWanted) {
            return;
        }
        String operation = operation(attributes);
        double sum = context.request() instanceof BatchExecuteStatementRequest batch
                // DynamoDB Local does not say; each of our statements writes, or tries to write, an item below 1 KB.
                ? batch.statements().size()
                : consumed(context.response());
        units.computeIfAbsent(operation, name -> new DoubleAdder()).add(sum);
    }

    private static double consumed(SdkPojo response) {
        Object value = field(response, "ConsumedCapacity")
                .<Object>map(field -> field.getValueOrDefault(response))
                .orElse(List.of());
        List<?> all = value instanceof List<?> several ? several : List.of(value);
        return all.stream()
                .mapToDouble(each -> ((ConsumedCapacity) each).capacityUnits())
                .sum();
    }

    private static Optional<SdkField<?>> field(SdkPojo of, String name) {
        return of.sdkFields().stream()
                .filter(field -> field.memberName().equals(name))
                .findFirst();
    }

    private static String operation(ExecutionAttributes attributes) {
        return attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    }

    /** Runs since the first page was asked for. */
    Stopwatch sinceFirstRead() {
        return Objects.requireNonNull(firstRead);
    }

    long calls(String operation) {
        return calls.getOrDefault(operation, new LongAdder()).sum();
    }

    /** Calls by operation. */
    Map<String, Long> calls() {
        var all = new TreeMap<String, Long>();
        calls.forEach((operation, count) -> all.put(operation, count.sum()));
        return all;
    }

    double units(String operation) {
        return units.getOrDefault(operation, new DoubleAdder()).sum();
    }
}
