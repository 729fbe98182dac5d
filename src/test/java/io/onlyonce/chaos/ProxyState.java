package io.onlyonce.chaos;

import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.FaultControl.Use;
import io.onlyonce.chaos.FaultDice.Decision;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** What the connections of a proxy share. */
final class ProxyState {

    private final Pages pages = new Pages();
    private final Tally<Injection> faults = new Tally<>();
    private final Tally<Use> received = new Tally<>();
    private final Tally<Use> forwarded = new Tally<>();
    private final AtomicLong failures = new AtomicLong();
    private volatile FaultDice dice = new FaultDice(FaultPlan.none());
    private volatile long outageEndNanos = System.nanoTime();
    private volatile boolean closed;

    void plan(FaultPlan plan) {
        dice = new FaultDice(plan);
    }

    Decision decide(ApiCall call) {
        return dice.decide(call);
    }

    void outage(Duration duration) {
        outageEndNanos = System.nanoTime() + duration.toNanos();
    }

    boolean isOut() {
        return System.nanoTime() - outageEndNanos < 0;
    }

    Pages pages() {
        return pages;
    }

    void received(ApiCall call) {
        call.accesses().forEach((access, parts) -> received.add(new Use(call.operation(), access), parts));
    }

    void forwarded(ApiCall call) {
        call.accesses().forEach((access, parts) -> forwarded.add(new Use(call.operation(), access), parts));
    }

    void injected(Injection injection, int parts) {
        faults.add(injection, parts);
    }

    void failed() {
        failures.incrementAndGet();
    }

    Tally<Injection> faults() {
        return faults;
    }

    Tally<Use> received() {
        return received;
    }

    Tally<Use> forwarded() {
        return forwarded;
    }

    long failures() {
        return failures.get();
    }

    void clear() {
        faults.clear();
        received.clear();
        forwarded.clear();
        failures.set(0);
    }

    /** From now on, broken connections are our own doing. */
    void closed() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
