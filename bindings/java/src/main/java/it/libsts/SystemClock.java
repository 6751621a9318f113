package it.libsts;

/** The clock of the system. */
final class SystemClock implements Clock {
    /** Longest sleep in one piece, so that a machine whose clock was set looks again soon. */
    private static final long NAP = 30_000;

    @Override
    public long now() {
        return System.currentTimeMillis();
    }

    @Override
    public void waitUntil(long until) {
        for (long left = until - now(); left > 0; left = until - now()) {
            try {
                Thread.sleep(Math.min(left, NAP));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
