package it.libsts.support;

import it.libsts.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until somebody waits; then it jumps. */
public final class VirtualClock implements Clock {
    private final AtomicLong now;

    /** Shows this instant. */
    public VirtualClock(long now) {
        this.now = new AtomicLong(now);
    }

    /** Moves the time on. */
    public void advance(long milliseconds) {
        now.addAndGet(milliseconds);
    }

    @Override
    public long now() {
        return now.get();
    }

    @Override
    public void waitUntil(long until) {
        now.accumulateAndGet(until, Math::max);
    }
}
