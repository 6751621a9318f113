package it.libsts;

import java.util.List;

/**
 * Where the engine's records are kept: a key-value store with compare-and-swap on one key.
 *
 * <p>Keys are text compared as bytes of UTF-8, values are bytes. {@link
 * it.libsts.testing.StoreConformance} tests an implementation against these rules. Whatever a method
 * throws reaches the caller of the driver as {@link StsException} with code {@code STORE}, unless it
 * is one already; its message must show no value.
 */
public interface Store {
    /** The key whose value is the revision: a decimal number; absent counts as 0. */
    String REVISION = "revision";

    /**
     * The values of keys, all read at one instant.
     *
     * @param keys the keys
     * @return one element for each key, in their order; null for a missing one
     * @throws Exception when the store fails
     */
    List<byte[]> get(List<String> keys) throws Exception;

    /**
     * The entries with {@code from} ≤ key &lt; {@code to}, the first {@code limit} of them.
     *
     * @param from first key
     * @param to end, excluded
     * @param limit at most this many, up to 4 294 967 295
     * @return the entries, in ascending order of key
     * @throws Exception when the store fails
     */
    List<Entry> scan(String from, String to, long limit) throws Exception;

    /**
     * Makes all writes or none: when the revision is still {@code expected} at the moment they are
     * made, in one transaction that survives the loss of power once this returns {@link Commit#DONE}.
     *
     * @param expected the revision that the store must have
     * @param writes to be made, in order; they carry the revision's successor
     * @return {@link Commit#CONFLICT} when the revision is another one and nothing was changed
     * @throws Exception when the store fails; whether the writes were made is then not known
     */
    Commit commit(long expected, List<Write> writes) throws Exception;

    /** How a commit ended. */
    enum Commit {
        /** All writes are made. */
        DONE,
        /** Another process was faster; nothing was changed. */
        CONFLICT
    }

    /** A key and its value. */
    final class Entry {
        private final String key;
        private final byte[] value;

        /**
         * An entry.
         *
         * @param key the key
         * @param value its value, never null
         */
        public Entry(String key, byte[] value) {
            this.key = key;
            this.value = value;
        }

        /**
         * The key.
         *
         * @return text of at most 512 bytes
         */
        public String key() {
            return key;
        }

        /**
         * The value, not copied.
         *
         * @return bytes
         */
        public byte[] value() {
            return value;
        }
    }

    /** One change. */
    final class Write {
        private final String key;
        private final byte[] value;

        /**
         * A change.
         *
         * @param key the key
         * @param value the new value, or null to delete the key
         */
        public Write(String key, byte[] value) {
            this.key = key;
            this.value = value;
        }

        /**
         * The key.
         *
         * @return text of at most 512 bytes
         */
        public String key() {
            return key;
        }

        /**
         * The new value, not copied; an empty one is no deletion.
         *
         * @return bytes, or null to delete the key
         */
        public byte[] value() {
            return value;
        }
    }
}
