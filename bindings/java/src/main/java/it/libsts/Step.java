package it.libsts;

import it.libsts.Store.Write;
import it.libsts.internal.Raw;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What the host does next: either {@link #needs read}, load and repeat the same input, or {@link
 * #actions act}.
 */
public final class Step {
    private final Needs needs;
    private final Actions actions;

    @SuppressWarnings("unchecked")
    Step(Raw.Result result) {
        Map<String, Object> read = (Map<String, Object>) result.json().get("read");
        Map<String, Object> act = (Map<String, Object>) result.json().get("act");
        needs = read == null ? null : new Needs(read);
        actions = act == null ? null : new Actions(act, result);
    }

    /**
     * What to read before the same input is given again.
     *
     * @return null when there is something to do
     */
    public Needs needs() {
        return needs;
    }

    /**
     * What to do, in the order of its fields.
     *
     * @return null when there is something to read
     */
    public Actions actions() {
        return actions;
    }

    /** Keys and ranges to read, the keys no later than the ranges. */
    public static final class Needs {
        private final List<String> keys = new ArrayList<>();
        private final List<Range> ranges = new ArrayList<>();

        private Needs(Map<String, Object> json) {
            for (Object key : (List<?>) json.get("keys")) {
                keys.add((String) key);
            }
            for (Object range : (List<?>) json.get("ranges")) {
                ranges.add(new Range((Map<?, ?>) range));
            }
        }

        /**
         * Keys.
         *
         * @return the keys, in the order in which they are loaded
         */
        public List<String> keys() {
            return Collections.unmodifiableList(keys);
        }

        /**
         * Ranges.
         *
         * @return the ranges, in the order in which they are loaded
         */
        public List<Range> ranges() {
            return Collections.unmodifiableList(ranges);
        }
    }

    /** A range of keys, as {@link Store#scan} has it. */
    public static final class Range {
        private final String from;
        private final String to;
        private final long limit;

        private Range(Map<?, ?> json) {
            from = (String) json.get("from");
            to = (String) json.get("to");
            limit = (Long) json.get("limit");
        }

        /**
         * The beginning.
         *
         * @return first key
         */
        public String from() {
            return from;
        }

        /**
         * The end.
         *
         * @return first key that is not part of it
         */
        public String to() {
            return to;
        }

        /**
         * How many.
         *
         * @return at most so many entries
         */
        public long limit() {
            return limit;
        }
    }

    /** To be carried out in this order: commit, deliver, perform, wait. */
    public static final class Actions {
        private final long revision;
        private final List<Write> writes = new ArrayList<>();
        private final List<Map<String, Object>> events = new ArrayList<>();
        private final List<Request> requests = new ArrayList<>();
        private final Map<String, Object> answer;
        private final Long wakeAt;

        @SuppressWarnings("unchecked")
        private Actions(Map<String, Object> json, Raw.Result result) {
            revision = (Long) json.get("revision");
            for (Object write : (List<?>) json.get("writes")) {
                Map<?, ?> fields = (Map<?, ?>) write;
                writes.add(new Write((String) fields.get("key"), bytes(fields.get("value"))));
            }
            for (Object event : (List<?>) json.get("events")) {
                events.add((Map<String, Object>) event);
            }
            for (Object request : (List<?>) json.get("requests")) {
                Map<String, Object> fields = (Map<String, Object>) request;
                requests.add(Request.of(fields, result.body(fields.get("body"))));
            }
            answer = (Map<String, Object>) json.get("answer");
            if (answer != null && answer.get("receipts") instanceof Map) {
                Map<String, Object> receipts = (Map<String, Object>) answer.get("receipts");
                receipts.put("zip", result.body(receipts.remove("body")));
            }
            wakeAt = (Long) json.get("wakeAt");
        }

        /** Text, as all records of the engine are, or what else an import brought. */
        private static byte[] bytes(Object value) {
            if (value instanceof Map) {
                return Base64.getDecoder().decode((String) ((Map<?, ?>) value).get("base64"));
            }
            return value == null ? null : ((String) value).getBytes(StandardCharsets.UTF_8);
        }

        /**
         * What the store's revision must still be when the writes are committed.
         *
         * @return the revision
         */
        public long revision() {
            return revision;
        }

        /**
         * To be committed in one transaction before anything else; nothing when empty.
         *
         * @return the writes
         */
        public List<Write> writes() {
            return Collections.unmodifiableList(writes);
        }

        /**
         * To be delivered after the commit.
         *
         * @return the events, in order
         */
        public List<Map<String, Object>> events() {
            return Collections.unmodifiableList(events);
        }

        /**
         * To be performed, each once, and each reported to the engine.
         *
         * @return the requests
         */
        public List<Request> requests() {
            return Collections.unmodifiableList(requests);
        }

        /**
         * The answer to a command; the last one of all steps that follow from it counts. An archive
         * of receipts is a {@code byte[]} in the field {@code zip} of {@code receipts}.
         *
         * @return its fields, or null
         */
        public Map<String, Object> answer() {
            return answer;
        }

        /**
         * When the engine wants a tick next.
         *
         * @return null when only a command changes anything
         */
        public Instant wakeAt() {
            return wakeAt == null ? null : Instant.ofEpochMilli(wakeAt);
        }
    }
}
