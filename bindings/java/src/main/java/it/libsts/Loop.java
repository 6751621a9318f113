package it.libsts;

import it.libsts.Step.Actions;
import it.libsts.Step.Needs;
import it.libsts.Step.Range;
import it.libsts.Store.Commit;
import it.libsts.Store.Entry;
import it.libsts.types.Event;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** The loop that carries out the steps of an engine, for one thread at a time. */
final class Loop implements AutoCloseable {
    /** Races lost to other processes before an input is given up. */
    private static final int TRIES = 50;
    /** Failures of the store before a response is given up. */
    private static final int RESPONSE_TRIES = 5;
    /** Readings for one input: an engine asks a few times, and once for each document it passes over. */
    private static final int READINGS = 1_000;
    /** The longest pause between two tries, in milliseconds; the first is one. */
    private static final long LONGEST_PAUSE = 64;
    /**
     * How long after its step a request may still be begun, should the clock be set back meanwhile: as
     * long as an engine's {@code notAfter} leaves it.
     */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final Map<String, Object> settings;
    private final Store store;
    private final Http http;
    private final Events events;
    private final Clock clock;

    private Credentials credentials;
    private Engine engine;
    private Instant wakeAt;
    /** The number after the last event delivered. */
    private long nextEvent;
    /** The receiver threw: what the engine handed out has to be handed out again. */
    private boolean undelivered;
    /** Whether a commit of this loop was seen to be in the store. */
    private boolean commitSeen;

    Loop(
            Map<String, Object> settings,
            Credentials credentials,
            Store store,
            Http http,
            Events events,
            Clock clock) {
        this.settings = settings;
        this.credentials = credentials;
        this.store = store;
        this.http = http;
        this.events = events;
        this.clock = clock;
        engine = opened();
    }

    /** One of the inputs of an engine. */
    interface Input {
        Step give(Engine engine, long now);
    }

    /** An input with all that follows from it; the last answer, or null. */
    Map<String, Object> run(Input input) {
        Map<String, Object> answer = null;
        Failures failures = new Failures();
        Queue<Actions> steps = new ArrayDeque<>();
        steps.add(settle(input, 1));
        for (Actions step = steps.poll(); step != null; step = steps.poll()) {
            wakeAt = step.wakeAt();
            long began = System.nanoTime();
            // What was asked of the service is the answer of a later step.
            answer = step.answer() == null ? answer : step.answer();
            // Before the next input, because with that the engine takes them as delivered.
            deliver(step.events(), failures);
            List<Response> ends = new ArrayList<>();
            for (Request request : step.requests()) {
                boolean late =
                        clock.now() > request.notAfter() || System.nanoTime() - began > PATIENCE;
                ends.add(late ? Response.notSent() : perform(request, failures));
            }
            for (int i = 0; i < ends.size(); i++) {
                String id = step.requests().get(i).id();
                Response end = ends.get(i);
                try {
                    steps.add(settle((engine, now) -> engine.response(now, id, end), RESPONSE_TRIES));
                } catch (StsException failure) {
                    // The others are reported all the same.
                    failures.add(failure);
                }
            }
        }
        failures.rethrow();
        return answer;
    }

    /** When the engine wants a tick next, as the last step left it; null when only a command matters. */
    Instant wakeAt() {
        return wakeAt;
    }

    void setCredentials(Credentials credentials) {
        this.credentials = credentials;
        engine.setCredentials(credentials);
    }

    @Override
    public void close() {
        engine.close();
    }

    private Engine opened() {
        Engine opened = new Engine(settings);
        try {
            opened.setCredentials(credentials);
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * One input, until its writes are committed. When another process was faster, the engine forgets
     * what it holds and the same input is repeated. So it is, a few times, when the store fails to
     * take a response, which cannot be had again; anything else can, and is reported.
     */
    private Actions settle(Input input, int patience) {
        if (undelivered) {
            engine.reopen();
        }
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                Actions actions = attempt(input);
                if (actions != null) {
                    return actions;
                }
                engine.reopen();
            } catch (StoreFailure failure) {
                engine.reopen();
                patience--;
                if (patience == 0) {
                    throw failure.why;
                }
            } catch (StsException failure) {
                if (failure.code().equals("PANIC") || failure.code().equals("DEAD")) {
                    Engine dead = engine;
                    engine = opened();
                    dead.close();
                } else if (failure.code().equals("STORE_NOT_COMMITTING")) {
                    engine.reopen();
                }
                throw failure;
            } catch (RuntimeException | Error e) {
                // Such as no memory for a step, whose events the engine would take as delivered.
                engine.reopen();
                throw e;
            }
            clock.waitUntil(clock.now() + Math.min(1L << Math.min(tries, 10), LONGEST_PAUSE));
        }
        String message = "other processes changed the store " + TRIES + " times in a row";
        throw new StsException("CONTENTION", null, message);
    }

    /** One try: reads what the engine asks for, commits what it writes. Null is a lost race. */
    private Actions attempt(Input input) throws StoreFailure {
        // The same time for every repetition, or the engine would never stop asking.
        long now = clock.now();
        for (int readings = 0; readings < READINGS; readings++) {
            Step step = input.give(engine, now);
            if (step.actions() == null) {
                read(step.needs());
            } else if (step.actions().writes().isEmpty()) {
                return step.actions();
            } else {
                return commit(step.actions()) == Commit.DONE ? step.actions() : null;
            }
        }
        engine.reopen();
        String message = "the engine asked to read " + READINGS + " times for one input";
        throw new StsException("READING", null, message);
    }

    /** What was asked for, the keys before the ranges. */
    private void read(Needs needs) throws StoreFailure {
        List<byte[]> values;
        List<List<Entry>> ranges = new ArrayList<>();
        try {
            values = store.get(needs.keys());
            for (Range range : needs.ranges()) {
                List<Entry> entries = store.scan(range.from(), range.to(), range.limit());
                ranges.add(Objects.requireNonNull(entries, "Store.scan gave null"));
            }
            Objects.requireNonNull(values, "Store.get gave null");
        } catch (Throwable e) {
            throw new StoreFailure("reading", e);
        }
        if (values.size() != needs.keys().size()) {
            String message = "the store gave " + values.size() + " values for " + needs.keys().size()
                    + " keys: Store.get gives one for each, null for a missing one";
            throw new StsException("READING", null, message);
        }
        engine.load(needs, values, ranges);
    }

    private Commit commit(Actions actions) throws StoreFailure {
        Commit end;
        long found = 0;
        try {
            end = store.commit(actions.revision(), actions.writes());
            Objects.requireNonNull(end, "Store.commit gave null");
            if (end == Commit.DONE && !commitSeen) {
                List<byte[]> revision = store.get(Collections.singletonList(Store.REVISION));
                found = MemoryStore.revision(revision.get(0));
            }
        } catch (Throwable e) {
            throw new StoreFailure("committing", e);
        }
        if (end == Commit.DONE && !commitSeen) {
            prove(actions, found);
            commitSeen = true;
        }
        return end;
    }

    /**
     * A store that only says it commits would have documents sent that nobody remembers: the first
     * commit is looked for before anything leaves. Another process may have gone on from it.
     */
    private static void prove(Actions actions, long found) {
        if (found <= actions.revision()) {
            throw new StsException(
                    "STORE_NOT_COMMITTING",
                    null,
                    "the store answered DONE to a commit, but its revision is still the one before:"
                        + " does Store.commit end its transaction, and is it the same database that"
                        + " Store.get reads? Nothing was sent");
        }
    }

    /** In doubt, unknown: a transport that throws may have sent. */
    private Response perform(Request request, Failures failures) {
        try {
            Response end = http.perform(request);
            if (end != null) {
                return end;
            }
            failures.add(lost("gave null", request, null));
        } catch (Throwable e) {
            failures.add(lost("threw " + e.getClass().getName(), request, passedOn(e)));
        }
        return Response.unknown();
    }

    private static StsException lost(String what, Request request, Throwable cause) {
        String message =
                "the transport " + what + " for " + request.label() + ", so it counts as unknown and"
                        + " costs a question to the service: let it give Response.notSent() or"
                        + " Response.unknown() instead";
        return new StsException("HTTP_CALLBACK", null, message, cause);
    }

    /**
     * An engine that forgot does not know what it handed out before, and hands it out again: that was
     * delivered already. Numbers ascend within a store, and a step has all that are open.
     */
    private void deliver(List<Map<String, Object>> all, Failures failures) {
        undelivered = false;
        for (Map<String, Object> event : all) {
            long number = (Long) event.get("number");
            if (number < nextEvent) {
                continue;
            }
            try {
                events.deliver(Event.fromJson(event));
            } catch (Throwable e) {
                undelivered = true;
                failures.add(
                        new StsException(
                                "EVENTS_CALLBACK",
                                null,
                                "the receiver of events threw " + e.getClass().getName() + " at event "
                                        + number + ", which comes again; all else was done",
                                passedOn(e)));
                return;
            }
            nextEvent = number + 1;
        }
    }

    /** What a callback threw; a thread that was interrupted in it stays interrupted. */
    private static Throwable passedOn(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return thrown;
    }

    /** Failures that do not stop the rest: the first is thrown in the end, the others with it. */
    private static final class Failures {
        private StsException first;

        void add(StsException failure) {
            if (first == null) {
                first = failure;
            } else if (first != failure) {
                first.addSuppressed(failure);
            }
        }

        void rethrow() {
            if (first != null) {
                throw first;
            }
        }
    }

    /** The store threw: the engine is reopened, and a response tried again. */
    private static final class StoreFailure extends Exception {
        private static final long serialVersionUID = 1L;

        final StsException why;

        StoreFailure(String doing, Throwable cause) {
            super(passedOn(cause));
            boolean said = cause instanceof StsException;
            String message = "the store failed while " + doing + ": " + cause;
            why = said ? (StsException) cause : new StsException("STORE", null, message, cause);
        }
    }
}
