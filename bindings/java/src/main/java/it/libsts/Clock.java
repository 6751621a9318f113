package it.libsts;

/** Where the driver reads the time and waits. */
public interface Clock {
    /** The clock of the system; waiting sleeps. */
    Clock SYSTEM = new SystemClock();

    /**
     * The present instant.
     *
     * @return milliseconds since 1970, UTC
     */
    long now();

    /**
     * Returns when it is {@code until}, at once when it is past, and earlier when the thread is
     * interrupted, which it then still is.
     *
     * @param until milliseconds since 1970, UTC
     */
    void waitUntil(long until);
}
