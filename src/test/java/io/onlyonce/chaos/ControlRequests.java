package io.onlyonce.chaos;

import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.FaultControl.Use;
import io.onlyonce.chaos.Tally.Count;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Requests to a proxy itself. They go to paths below {@code /-/}, where the APIs have nothing. Answers hold a line for each count, its fields parted by tabs. */
final class ControlRequests {

    static final String PLAN = "/-/plan";
    static final String OUTAGE = "/-/outage";
    static final String FAULTS = "/-/faults";
    static final String RECEIVED = "/-/received";
    static final String FORWARDED = "/-/forwarded";
    static final String FAILURES = "/-/failures";
    static final String CLEAR = "/-/clear";

    private ControlRequests() {}

    static boolean isOne(HttpMessage request) {
        return request.subject().startsWith("/-/");
    }

    static HttpMessage answer(HttpMessage request, ProxyState state) {
        try {
            return HttpMessage.answer(200, execute(request.subject(), request.body(), state));
        } catch (RuntimeException e) {
            return HttpMessage.answer(400, e.toString());
        }
    }

    private static String execute(String path, String body, ProxyState state) {
        switch (path) {
            case PLAN -> state.plan(FaultPlan.parse(body));
            case OUTAGE -> state.outage(Duration.parse(body));
            case CLEAR -> state.clear();
            case FAULTS -> {
                return lines(state.faults().counts(), key -> key.fault() + "\t" + key.operation());
            }
            case RECEIVED -> {
                return lines(state.received().counts(), ControlRequests::fields);
            }
            case FORWARDED -> {
                return lines(state.forwarded().counts(), ControlRequests::fields);
            }
            case FAILURES -> {
                return Long.toString(state.failures());
            }
            default -> throw new IllegalArgumentException("No such path: " + path);
        }
        return "";
    }

    private static String fields(Use use) {
        return use.operation() + "\t" + use.access().action() + "\t"
                + use.access().resource();
    }

    private static <K> String lines(Map<K, Count> counts, Function<K, String> fields) {
        return counts.entrySet().stream()
                .map(entry -> entry.getValue().calls() + "\t" + entry.getValue().parts() + "\t"
                        + fields.apply(entry.getKey()))
                .collect(Collectors.joining("\n"));
    }

    /** Reads an answer with faults. */
    static Map<Injection, Count> faults(String lines) {
        return counts(lines, fields -> new Injection(Fault.valueOf(fields[2]), fields[3]));
    }

    /** Reads an answer with calls. */
    static Map<Use, Count> uses(String lines) {
        return counts(lines, fields -> new Use(fields[2], new Access(fields[3], fields[4])));
    }

    private static <K> Map<K, Count> counts(String lines, Function<String[], K> key) {
        return lines.lines()
                .map(line -> line.split("\t", -1))
                .collect(Collectors.toMap(
                        key, fields -> new Count(Long.parseLong(fields[0]), Long.parseLong(fields[1]))));
    }
}
