package it.libsts;

import it.libsts.types.Commands;
import it.libsts.types.Settings;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Drives one engine with a store, a transport, a receiver of events and a clock: one method carries
 * out one command with all that follows from it, and {@link #tick} what is due.
 *
 * <p>Any number of threads may use a driver: a second one waits until the first is done, requests
 * included, as it waits for {@link #close}. A callback that calls into the driver it was called from
 * is refused with code {@code BUSY}. Any number of drivers, in this program and others, may work on
 * one store.
 *
 * <p>When a method throws, whatever was committed before stays, and its outcome is found out by the
 * next inputs: ticking on is always right.
 */
public final class Driver implements Commands, AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Loop loop;
    private boolean closed;
    private volatile Instant wakeAt;

    private Driver(Builder builder) {
        loop =
                new Loop(
                        builder.settings,
                        builder.credentials,
                        Objects.requireNonNull(builder.store, "a driver needs a store"),
                        Objects.requireNonNull(builder.http, "a driver needs a transport"),
                        builder.events,
                        builder.clock);
    }

    /**
     * Begins a driver.
     *
     * @param settings of the holder
     * @return what it needs beside
     */
    public static Builder builder(Settings settings) {
        return new Builder(settings.toJson());
    }

    /**
     * Begins a driver with settings that are JSON already.
     *
     * @param settings of the holder, as the schema of settings has them
     * @return what it needs beside
     */
    public static Builder builder(Map<String, ?> settings) {
        return new Builder(settings);
    }

    /**
     * Carries out a command with all that follows from it: the requests that may leave now, one after
     * the other, their ends, the events. There is a method with types for each command, such as
     * {@code save} and {@code send}; this one takes and gives JSON.
     *
     * @param command as the schema of commands has it
     * @return the answer; an archive of receipts is a {@code byte[]} in the field {@code zip} of
     *     {@code receipts}
     * @throws StsException when the engine refuses it, or one of the callbacks failed
     */
    @Override
    public Map<String, Object> command(Map<String, ?> command) {
        Map<String, Object> answer = run((engine, now) -> engine.command(now, command));
        if (answer == null) {
            throw new StsException("PANIC", null, "a command has no answer");
        }
        return answer;
    }

    /**
     * Carries out what is due, with all that follows from it: every ten minutes, or at {@link #wakeAt};
     * too often is harmless.
     */
    public void tick() {
        run(Engine::tick);
    }

    /**
     * When the engine wants a tick next, as the last input left it.
     *
     * @return empty when only a command changes anything
     */
    public Optional<Instant> wakeAt() {
        return Optional.ofNullable(wakeAt);
    }

    /**
     * Gives the engine other credentials, now and whenever it is opened again.
     *
     * @param credentials null to take them away
     */
    public void setCredentials(Credentials credentials) {
        enter();
        try {
            demandOpen();
            loop.setCredentials(credentials);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends on purpose, once no other thread is inside: events already delivered do not come again. A
     * second call does nothing. The store is not closed. A store that fails meanwhile is no error: then
     * they do come again.
     */
    @Override
    public void close() {
        enter();
        try {
            if (!closed) {
                closed = true;
                try {
                    loop.run(Engine::finish);
                } catch (StsException e) {
                    // The store did not take that events were delivered: they come again, once.
                } finally {
                    loop.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Object> run(Loop.Input input) {
        enter();
        try {
            demandOpen();
            return loop.run(input);
        } finally {
            wakeAt = loop.wakeAt();
            lock.unlock();
        }
    }

    private void enter() {
        if (lock.isHeldByCurrentThread()) {
            String message = "a callback called into the driver that it was called from";
            throw new StsException("BUSY", null, message);
        }
        lock.lock();
    }

    private void demandOpen() {
        if (closed) {
            throw new StsException("CLOSED", null, "this driver was closed before");
        }
    }

    /** What a driver is made of: store and transport are needed. */
    public static final class Builder {
        private final Map<String, Object> settings;
        private Credentials credentials;
        private Store store;
        private Http http;
        private Events events = event -> {};
        private Clock clock = Clock.SYSTEM;

        private Builder(Map<String, ?> settings) {
            this.settings = new LinkedHashMap<>(settings);
        }

        /**
         * Who the holder is to the service; without them nothing is sent.
         *
         * @param credentials the credentials
         * @return this
         */
        public Builder credentials(Credentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /**
         * Where the records are kept.
         *
         * @param store the store, which may be shared
         * @return this
         */
        public Builder store(Store store) {
            this.store = store;
            return this;
        }

        /**
         * What performs the requests.
         *
         * @param http the transport
         * @return this
         */
        public Builder http(Http http) {
            this.http = http;
            return this;
        }

        /**
         * What takes the events; nothing when left out.
         *
         * @param events the receiver
         * @return this
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * The clock, for tests; the system's when left out.
         *
         * @param clock the clock
         * @return this
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Opens the engine; nothing is read or sent yet.
         *
         * @return a driver, to be closed
         * @throws StsException {@code SETTINGS}, with the path of what is wrong; or the library cannot
         *     be loaded
         */
        public Driver open() {
            Tls tls = null;
            if (http instanceof UrlConnectionHttp) {
                tls = ((UrlConnectionHttp) http).tls();
            } else if (http instanceof HttpClientHttp) {
                tls = ((HttpClientHttp) http).tls();
            }
            if (tls != null && tls.isForTest() && !"test".equals(settings.get("ambiente"))) {
                String message = "Tls.test() is for ambiente test: leave it out, or use Tls.standard()";
                throw new StsException("SETTINGS", "/ambiente", message);
            }
            return new Driver(this);
        }
    }
}
