package it.libsts;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A store that forgets: for tests, and for programs that persist by other means. Threads may share it. */
public final class MemoryStore implements Store {
    /** As bytes of UTF-8, which is by code point and not, as strings compare, by UTF-16 unit. */
    private static final Comparator<String> BYTES =
            (a, b) -> {
                int common = Math.min(a.length(), b.length());
                for (int i = 0; i < common; i++) {
                    char x = a.charAt(i);
                    char y = b.charAt(i);
                    if (x != y) {
                        boolean surrogate = Character.isSurrogate(x);
                        return surrogate == Character.isSurrogate(y) ? x - y : surrogate ? 1 : -1;
                    }
                }
                return a.length() - b.length();
            };

    private final NavigableMap<String, byte[]> entries = new TreeMap<>(BYTES);

    /** An empty store. */
    public MemoryStore() {}

    @Override
    public synchronized List<byte[]> get(List<String> keys) {
        List<byte[]> values = new ArrayList<>(keys.size());
        for (String key : keys) {
            byte[] value = entries.get(key);
            values.add(value == null ? null : value.clone());
        }
        return values;
    }

    @Override
    public synchronized List<Entry> scan(String from, String to, long limit) {
        List<Entry> found = new ArrayList<>();
        if (BYTES.compare(from, to) >= 0) {
            return found;
        }
        for (NavigableMap.Entry<String, byte[]> entry : entries.subMap(from, to).entrySet()) {
            if (found.size() >= limit) {
                break;
            }
            found.add(new Entry(entry.getKey(), entry.getValue().clone()));
        }
        return found;
    }

    @Override
    public synchronized Commit commit(long expected, List<Write> writes) {
        byte[] found = entries.get(REVISION);
        if (revision(found) != expected) {
            return Commit.CONFLICT;
        }
        for (Write write : writes) {
            if (write.value() == null) {
                entries.remove(write.key());
            } else {
                entries.put(write.key(), write.value().clone());
            }
        }
        return Commit.DONE;
    }

    /** How many records, not what they say. */
    @Override
    public synchronized String toString() {
        return "MemoryStore(" + entries.size() + " records)";
    }

    /** Reads the value of {@link Store#REVISION}; null is 0. */
    static long revision(byte[] value) {
        if (value == null) {
            return 0;
        }
        String digits = new String(value, StandardCharsets.ISO_8859_1);
        if (digits.isEmpty() || digits.length() > 20 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new StsException("STORE", null, "the store's revision is not a number");
        }
        try {
            return new BigInteger(digits).longValueExact();
        } catch (ArithmeticException e) {
            throw new StsException("STORE", null, "the store's revision is not a number");
        }
    }
}
