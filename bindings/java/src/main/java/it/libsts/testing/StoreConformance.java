package it.libsts.testing;

import it.libsts.Store;
import it.libsts.Store.Commit;
import it.libsts.Store.Entry;
import it.libsts.Store.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The rules of a {@link Store}, as checks for stores written by hosts. They need no test framework: a
 * rule that is broken is an {@link AssertionError} that names it.
 */
public final class StoreConformance {
    private static final int CONNECTIONS = 4;
    private static final int COMMITS = 25;
    private static final byte[] NOTHING = new byte[0];

    private StoreConformance() {}

    /**
     * Checks every rule that one connection can show.
     *
     * @param empty gives a new, empty store each time
     * @throws Exception what the store throws
     */
    public static void check(Callable<? extends Store> empty) throws Exception {
        absentIsNullAndRevisionZero(empty.call());
        valuesAreBytes(empty.call());
        keysCompareAsBytes(empty.call());
        rangesAreHalfOpenAndLimited(empty.call());
        answersKeepTheOrderOfTheQuestion(empty.call());
        deletionsArePartOfACommit(empty.call());
        aCommitAgainstAnotherRevisionChangesNothing(empty.call());
        largeCommitsAreWhole(empty.call());
    }

    /**
     * Checks that connections to one store exclude each other.
     *
     * @param connect gives another connection to the same store, empty at first, each time
     * @throws Exception what the store throws
     */
    public static void checkShared(Callable<? extends Store> connect) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            CountDownLatch start = new CountDownLatch(CONNECTIONS);
            List<Future<?>> all = new ArrayList<>();
            for (int mine = 0; mine < CONNECTIONS; mine++) {
                Store store = connect.call();
                byte[] name = {(byte) mine};
                Callable<Void> work =
                        () -> {
                            start.countDown();
                            start.await();
                            return commits(store, name);
                        };
                all.add(threads.submit(work));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error) {
                throw (Error) e.getCause();
            }
            throw (Exception) e.getCause();
        } finally {
            threads.shutdownNow();
        }
        Store store = connect.call();
        int total = CONNECTIONS * COMMITS;
        demand(revision(store) == total, "each commit is counted once");
        int found = store.scan("c/", "c0", 4_294_967_295L).size();
        demand(found == total, "each revision was committed by one connection");
    }

    private static Void commits(Store store, byte[] name) throws Exception {
        for (int done = 0; done < COMMITS; ) {
            long seen = revision(store);
            Write write = new Write(String.format("c/%05d", seen), name);
            done += advance(store, seen, write) == Commit.DONE ? 1 : 0;
        }
        return null;
    }

    private static long revision(Store store) throws Exception {
        byte[] value = store.get(Collections.singletonList(Store.REVISION)).get(0);
        return value == null ? 0 : Long.parseLong(new String(value, StandardCharsets.US_ASCII));
    }

    private static void absentIsNullAndRevisionZero(Store store) throws Exception {
        demand(holds(store, "d/1", null), "a missing key is null");
        demand(holds(store, Store.REVISION, null), "a new store has no revision");
        demand(scan(store, "", "~", 10).isEmpty(), "a new store is empty");
        demand(store.get(Collections.emptyList()).isEmpty(), "no key has no value");
        demand(advance(store, 0) == Commit.DONE, "an absent revision counts as 0");
    }

    private static void valuesAreBytes(Store store) throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        done(advance(store, 0, new Write("bytes", all), new Write("empty", NOTHING)));
        demand(holds(store, "bytes", all), "values come back byte for byte");
        demand(holds(store, "empty", NOTHING), "an empty value is not a missing one");
    }

    private static void keysCompareAsBytes(Store store) throws Exception {
        // Upper before lower case, blanks before letters, and by code point beyond ASCII.
        List<String> ascending =
                Arrays.asList(
                        "A", "B/ 1", "B/1", "a", "a b", "a%", "a_", "b", "z", "~", "à", "é", "\uffee",
                        "\ud800\udc00");
        List<Write> writes = new ArrayList<>();
        for (String key : ascending) {
            writes.add(0, new Write(key, NOTHING));
        }
        done(advance(store, 0, writes.toArray(new Write[0])));
        List<String> found = scan(store, "", "\udbff\udfff", 100);
        found.remove(Store.REVISION);
        demand(found.equals(ascending), "keys are ordered as bytes of UTF-8");
        demand(scan(store, "a", "a\0", 9).equals(Arrays.asList("a")), "a NUL ends nothing");
        List<String> behind = Arrays.asList("a b", "a%", "a_");
        demand(scan(store, "a\0", "b", 9).equals(behind), "a NUL ends nothing");
        demand(holds(store, "a ", null), "a blank at the end is part of a key");
        demand(holds(store, "À", null), "upper and lower case are two keys");
        demand(holds(store, "a", NOTHING), "no two keys are the same but equal ones");
    }

    private static void rangesAreHalfOpenAndLimited(Store store) throws Exception {
        List<Write> writes = new ArrayList<>();
        for (String key : Arrays.asList("w/1", "w/2", "w/3", "w0")) {
            writes.add(new Write(key, key.getBytes(StandardCharsets.UTF_8)));
        }
        done(advance(store, 0, writes.toArray(new Write[0])));
        List<String> all = Arrays.asList("w/1", "w/2", "w/3");
        demand(scan(store, "w/", "w0", 10).equals(all), "the end is excluded");
        demand(scan(store, "w/2", "w/3", 10).equals(all.subList(1, 2)), "the beginning is included");
        demand(scan(store, "w/", "w0", 2).equals(all.subList(0, 2)), "the first `limit` are given");
        demand(scan(store, "w/", "w0", 0).isEmpty(), "a limit of 0 gives nothing");
        demand(scan(store, "w/3", "w/1", 10).isEmpty(), "a reversed range is empty");
        demand(scan(store, "w/", "w0", 4_294_967_295L).size() == 3, "any limit is taken");
    }

    private static void answersKeepTheOrderOfTheQuestion(Store store) throws Exception {
        byte[][] values = {{'a'}, {'b'}, {'c'}};
        Write[] writes = {
            new Write("a", values[0]), new Write("b", values[1]), new Write("c", values[2])
        };
        done(advance(store, 0, writes));
        List<byte[]> found = store.get(Arrays.asList("c", "x", "a", "c"));
        demand(found.size() == 4, "there is one answer for each key");
        demand(
                Arrays.equals(found.get(0), values[2])
                        && found.get(1) == null
                        && Arrays.equals(found.get(2), values[0])
                        && Arrays.equals(found.get(3), values[2]),
                "answers are in the order of the keys, for one asked twice too");
    }

    private static void deletionsArePartOfACommit(Store store) throws Exception {
        byte[] one = {'1'};
        byte[] two = {'2'};
        done(advance(store, 0, new Write("a", one), new Write("b", one)));
        Write[] writes = {new Write("a", null), new Write("b", two), new Write("never", null)};
        done(advance(store, 1, writes));
        demand(holds(store, "a", null), "a value of null deletes the key");
        demand(holds(store, "b", two), "a value replaces the one before");
        Write[] again = {new Write("a", one), new Write("a", null), new Write("a", two)};
        done(advance(store, 2, again));
        demand(holds(store, "a", two), "of two writes to one key the last one counts");
    }

    private static void aCommitAgainstAnotherRevisionChangesNothing(Store store) throws Exception {
        byte[] one = {'1'};
        byte[] two = {'2'};
        done(advance(store, 0, new Write("a", one)));
        for (long stale : new long[] {0, 2, Long.MAX_VALUE - 1}) {
            Write[] writes = {new Write("a", two), new Write("c", two), new Write("a", null)};
            Commit end = advance(store, stale, writes);
            demand(end == Commit.CONFLICT, "another revision is a conflict");
        }
        demand(
                holds(store, "a", one) && holds(store, "c", null) && revision(store) == 1,
                "a conflict changes nothing");
    }

    private static void largeCommitsAreWhole(Store store) throws Exception {
        char[] letters = new char[512];
        Arrays.fill(letters, 'k');
        String longest = new String(letters);
        byte[] value = new byte[1 << 20];
        Arrays.fill(value, (byte) 7);
        List<Write> writes = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String key = String.format("d/%05d", i);
            writes.add(new Write(key, String.valueOf(i).getBytes(StandardCharsets.US_ASCII)));
            keys.add(0, key);
        }
        writes.add(new Write(longest, value));
        done(advance(store, 0, writes.toArray(new Write[0])));
        demand(scan(store, "d/", "d0", 5_000).size() == 2_000, "two thousand writes are one commit");
        List<byte[]> found = store.get(keys);
        demand(found.size() == 2_000, "two thousand keys are one question");
        byte[] first = {'1', '9', '9', '9'};
        demand(Arrays.equals(found.get(0), first), "two thousand keys keep their order");
        demand(holds(store, longest, value), "keys have 512 bytes and values a MiB");
    }

    /** Commits the writes with the successor of the revision. */
    private static Commit advance(Store store, long expected, Write... writes) throws Exception {
        List<Write> all = new ArrayList<>(Arrays.asList(writes));
        byte[] next = String.valueOf(expected + 1).getBytes(StandardCharsets.US_ASCII);
        all.add(new Write(Store.REVISION, next));
        return store.commit(expected, all);
    }

    private static void done(Commit end) {
        demand(end == Commit.DONE, "a commit against the revision that is there is made");
    }

    private static boolean holds(Store store, String key, byte[] value) throws Exception {
        return Arrays.equals(store.get(Collections.singletonList(key)).get(0), value);
    }

    private static List<String> scan(Store store, String from, String to, long limit)
            throws Exception {
        List<String> keys = new ArrayList<>();
        for (Entry entry : store.scan(from, to, limit)) {
            keys.add(entry.key());
        }
        return keys;
    }

    private static void demand(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError("the store breaks a rule: " + rule);
        }
    }
}
