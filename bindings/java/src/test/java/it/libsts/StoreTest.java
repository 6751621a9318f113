package it.libsts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.Store.Commit;
import it.libsts.Store.Write;
import it.libsts.support.Database;
import it.libsts.testing.StoreConformance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreTest {
    @TempDir Path folder;

    @Test
    void aStoreInMemoryKeepsTheRules() throws Exception {
        StoreConformance.check(MemoryStore::new);
        MemoryStore shared = new MemoryStore();
        StoreConformance.checkShared(() -> shared);
    }

    @Test
    void aSqliteFileKeepsTheRules() throws Exception {
        AtomicInteger files = new AtomicInteger();
        StoreConformance.check(
                () -> JdbcStore.sqlite(folder.resolve(files.incrementAndGet() + ".sqlite")));
        StoreConformance.checkShared(() -> JdbcStore.sqlite(folder.resolve("shared.sqlite")));
    }

    @ParameterizedTest
    @EnumSource
    void aServerKeepsTheRules(Database database) throws Exception {
        database.demand();
        AtomicInteger holders = new AtomicInteger();
        StoreConformance.check(
                () -> new JdbcStore(database.source(), "rules " + holders.incrementAndGet()));
        StoreConformance.checkShared(() -> new JdbcStore(database.source(), "shared"));
    }

    @ParameterizedTest
    @EnumSource
    void holdersOfOneServerDoNotSeeEachOther(Database database) {
        database.demand();
        JdbcStore one = new JdbcStore(database.source(), "one");
        JdbcStore other = new JdbcStore(database.source(), "one ");
        List<Write> writes = List.of(new Write(Store.REVISION, "1".getBytes()));
        assertEquals(Commit.DONE, one.commit(0, writes));
        assertEquals(Commit.DONE, other.commit(0, writes));
        assertEquals(Commit.CONFLICT, one.commit(0, writes));
        assertEquals(1, other.scan("", "~", 9).size());
    }

    @ParameterizedTest
    @EnumSource
    void aPooledConnectionIsGivenBackAsItWas(Database database) throws Exception {
        database.demand();
        try (Connection connection = database.source().getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            Dialect.execute(connection, "DROP TABLE IF EXISTS sts_store");
            JdbcStore store = new JdbcStore(Database.pool(connection), "pooled");
            // What its next user writes would never be committed otherwise.
            assertTrue(connection.getAutoCommit());
            Write write = new Write(Store.REVISION, "1".getBytes());
            assertEquals(Commit.DONE, store.commit(0, List.of(write)));
            assertEquals(Commit.CONFLICT, store.commit(0, List.of(write)));
            Write impossible = new Write("k".repeat(1 << 20), new byte[0]);
            String code =
                    assertThrows(StsException.class, () -> store.commit(1, List.of(impossible))).code();
            assertEquals("STORE", code);
            assertTrue(connection.getAutoCommit());
            assertEquals(
                    Connection.TRANSACTION_SERIALIZABLE, connection.getTransactionIsolation());
            assertArrayEquals("1".getBytes(), store.get(List.of(Store.REVISION)).get(0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatCommitsByHandIsGivenBackAsSuchAndOutOfATransaction(Database database)
            throws Exception {
        database.demand();
        try (Connection connection = database.source().getConnection()) {
            connection.setAutoCommit(false);
            JdbcStore store = new JdbcStore(Database.pool(connection), "by hand");
            assertEquals(
                    Commit.DONE, store.commit(0, List.of(new Write(Store.REVISION, "1".getBytes()))));
            assertFalse(connection.getAutoCommit());
            connection.rollback();
            JdbcStore other = new JdbcStore(database.source(), "by hand");
            assertArrayEquals("1".getBytes(), other.get(List.of(Store.REVISION)).get(0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureShowsNeitherKeysNorValues(Database database) throws Exception {
        database.demand();
        try (Connection connection = database.source().getConnection()) {
            Dialect.execute(connection, "DROP TABLE IF EXISTS sts_store");
            JdbcStore store = new JdbcStore(database.source(), "shy");
            Dialect.execute(connection, "ALTER TABLE sts_store ADD CHECK (length(value) < 5)");
            Write revision = new Write(Store.REVISION, "1".getBytes());
            Write refused = new Write("geheim", "geheim".getBytes());
            String message = thrown(() -> store.commit(0, List.of(revision, refused)));
            Dialect.execute(connection, "DROP TABLE sts_store");
            assertTrue(message.contains("sts_store"), message);
            assertFalse(message.contains("geheim") || message.contains("67656865696d"), message);
        }
    }

    @Test
    void aSqliteFileIsTheOneThatWasNamed() {
        assertTrue(thrown(() -> JdbcStore.sqlite(folder.resolve("a?b"))).contains("question mark"));
        assertFalse(Files.exists(folder.resolve("a")));
    }

    @Test
    void aNewSqliteFileIsForItsOwnerAlone() throws Exception {
        Path file = folder.resolve("private.sqlite");
        JdbcStore.sqlite(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aCommitThatFailsHalfWayChangesNothing() throws Exception {
        Path file = folder.resolve("half.sqlite");
        JdbcStore store = JdbcStore.sqlite(file);
        try (Connection connection = new SqliteFile(file).getConnection()) {
            Dialect.execute(
                    connection,
                    "CREATE TRIGGER full BEFORE INSERT ON sts_store WHEN new.key = 'z'"
                            + " BEGIN SELECT RAISE(ABORT, 'disk full'); END");
        }
        Write first = new Write(Store.REVISION, "1".getBytes());
        Write last = new Write("z", new byte[0]);
        StsException e =
                assertThrows(StsException.class, () -> store.commit(0, List.of(first, last)));
        assertEquals("STORE", e.code());
        assertTrue(e.getMessage().contains("disk full"), e.getMessage());
        assertTrue(store.scan("", "~", 9).isEmpty());
        assertEquals(Commit.DONE, store.commit(0, List.of(first)));
    }

    @Test
    void aHolderIsNamedOnAServerAndNotInAFile() {
        SqliteFile source = new SqliteFile(folder.resolve("one.sqlite"));
        String message = thrown(() -> new JdbcStore(source, "practice 17"));
        assertTrue(message.contains("one holder"), message);
        for (String wrong : List.of("", "a\0b", "x".repeat(257))) {
            assertTrue(thrown(() -> new JdbcStore(source, wrong)).contains("1 to 256 bytes"));
        }
        if (Database.POSTGRES.isThere()) {
            message = thrown(() -> new JdbcStore(Database.POSTGRES.source()));
            assertTrue(message.contains("name this one"), message);
        }
    }

    @Test
    void aDatabaseThatCannotBeReachedIsAnErrorOfTheStore() {
        String message = thrown(() -> JdbcStore.sqlite(folder.resolve("no/such/folder")));
        assertTrue(message.contains("creating its file"), message);
    }

    private static String thrown(Runnable call) {
        StsException e = assertThrows(StsException.class, call::run);
        assertEquals("STORE", e.code());
        return e.getMessage();
    }
}
