package it.libsts;

import it.libsts.Store.Commit;
import it.libsts.Store.Entry;
import it.libsts.Store.Write;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The table {@code sts_store} in one kind of database. */
abstract class Dialect {
    /** Keys in one statement. */
    private static final int CHUNK = 500;
    /** Bytes in one batch, which twice so long stays below the smallest packet of MariaDB. */
    private static final int BATCH_BYTES = 1 << 20;

    private final String holder;
    private final String key;

    /**
     * @param holder whose rows; null where a database has one holder
     * @param key the name of the column {@code key}, quoted where it is a word of the language
     */
    Dialect(String holder, String key) {
        this.holder = holder;
        this.key = key;
    }

    /** The dialect of a connection. */
    static Dialect of(Connection connection, String holder) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        switch (product.toLowerCase(Locale.ROOT)) {
            case "sqlite":
                if (holder != null) {
                    String message = "a SQLite file has one holder, without a name: one file each";
                    throw new StsException("STORE", null, message);
                }
                return new Sqlite();
            case "postgresql":
                return new Postgres(named(holder));
            case "mariadb":
            case "mysql":
                return new Mysql(named(holder));
            default:
                String message =
                        "JdbcStore knows SQLite, PostgreSQL, MariaDB and MySQL, not " + product
                                + ": implement Store, and test it with StoreConformance";
                throw new StsException("STORE", null, message);
        }
    }

    private static String named(String holder) {
        if (holder == null) {
            String message =
                    "a database server has many holders: name this one, as in"
                            + " new JdbcStore(source, \"practice 17\")";
            throw new StsException("STORE", null, message);
        }
        return holder;
    }

    /** Creates the table where there is none. */
    abstract void create(Connection connection) throws SQLException;

    /** Prepares a connection that the pool gave. */
    abstract void prepare(Connection connection) throws SQLException;

    /** Begins a transaction that reads at one instant. */
    abstract void beginReading(Connection connection) throws SQLException;

    /** Begins a transaction that sees what others committed, also while it waited for them. */
    abstract void beginWriting(Connection connection) throws SQLException;

    abstract void commit(Connection connection) throws SQLException;

    abstract void rollback(Connection connection) throws SQLException;

    /** What is put behind a SELECT so that nobody else changes its row until the end. */
    abstract String forUpdate();

    /** What is put behind an INSERT, with {@code KEY} where the column stands. */
    abstract String orUpdate();

    /** An INSERT that does nothing when there is a row already; null where none is needed. */
    abstract String insertFirst();

    abstract void bind(PreparedStatement statement, int at, String key) throws SQLException;

    abstract String read(ResultSet rows, int at) throws SQLException;

    final List<byte[]> get(Connection connection, List<String> keys) throws SQLException {
        Map<String, byte[]> found = new HashMap<>();
        boolean many = keys.size() > CHUNK;
        if (many) {
            beginReading(connection);
        }
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<String> chunk = keys.subList(from, Math.min(keys.size(), from + CHUNK));
            String places = String.join(", ", Collections.nCopies(chunk.size(), "?"));
            String sql = select() + key + " IN (" + places + ")";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int at = bindHolder(statement);
                for (String asked : chunk) {
                    bind(statement, at++, asked);
                }
                for (Entry entry : entries(statement)) {
                    found.put(entry.key(), entry.value());
                }
            }
        }
        if (many) {
            commit(connection);
        }
        List<byte[]> values = new ArrayList<>(keys.size());
        for (String asked : keys) {
            values.add(found.get(asked));
        }
        return values;
    }

    final List<Entry> scan(Connection connection, String from, String to, long limit)
            throws SQLException {
        String sql = select() + key + " >= ? AND " + key + " < ? ORDER BY " + key + " LIMIT ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = bindHolder(statement);
            bind(statement, at, from);
            bind(statement, at + 1, to);
            statement.setLong(at + 2, limit);
            return entries(statement);
        }
    }

    /** In a transaction, which the caller rolls back when this throws. */
    final Commit commit(Connection connection, long expected, List<Write> writes)
            throws SQLException {
        beginWriting(connection);
        Map<String, byte[]> last = new LinkedHashMap<>();
        for (Write write : writes) {
            last.put(write.key(), write.value());
        }
        byte[] found = lockedRevision(connection);
        boolean free = MemoryStore.revision(found) == expected;
        if (free && found == null && insertFirst() != null) {
            // A row that is not there cannot be locked. It stays, unless the writes say otherwise.
            last.putIfAbsent(Store.REVISION, null);
            try (PreparedStatement statement = connection.prepareStatement(insertFirst())) {
                bind(statement, bindHolder(statement), Store.REVISION);
                free = statement.executeUpdate() == 1;
            }
        }
        if (!free) {
            rollback(connection);
            return Commit.CONFLICT;
        }
        write(connection, last);
        commit(connection);
        return Commit.DONE;
    }

    private byte[] lockedRevision(Connection connection) throws SQLException {
        String sql = select() + key + " = ?" + forUpdate();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, bindHolder(statement), Store.REVISION);
            List<Entry> found = entries(statement);
            return found.isEmpty() ? null : found.get(0).value();
        }
    }

    private void write(Connection connection, Map<String, byte[]> last) throws SQLException {
        String delete = "DELETE FROM sts_store WHERE " + whose() + key + " = ?";
        String insert =
                "INSERT INTO sts_store (" + (holder == null ? "" : "holder, ") + key + ", value) VALUES ("
                        + (holder == null ? "" : "?, ") + "?, ?)" + orUpdate();
        try (PreparedStatement gone = connection.prepareStatement(delete);
                PreparedStatement kept = connection.prepareStatement(insert)) {
            int bytes = 0;
            for (Map.Entry<String, byte[]> entry : last.entrySet()) {
                PreparedStatement statement = entry.getValue() == null ? gone : kept;
                int at = bindHolder(statement);
                bind(statement, at, entry.getKey());
                if (entry.getValue() != null) {
                    statement.setBytes(at + 1, entry.getValue());
                    bytes += entry.getKey().length() + entry.getValue().length;
                }
                statement.addBatch();
                if (bytes >= BATCH_BYTES) {
                    kept.executeBatch();
                    bytes = 0;
                }
            }
            gone.executeBatch();
            kept.executeBatch();
        }
    }

    private List<Entry> entries(PreparedStatement statement) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                byte[] value = rows.getBytes(2);
                entries.add(new Entry(read(rows, 1), value == null ? new byte[0] : value));
            }
        }
        return entries;
    }

    private String select() {
        return "SELECT " + key + ", value FROM sts_store WHERE " + whose();
    }

    private String whose() {
        return holder == null ? "" : "holder = ? AND ";
    }

    /** The place of the next parameter. */
    private int bindHolder(PreparedStatement statement) throws SQLException {
        if (holder == null) {
            return 1;
        }
        bindName(statement, holder);
        return 2;
    }

    abstract void bindName(PreparedStatement statement, String holder) throws SQLException;

    static void execute(Connection connection, String... all) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String one : all) {
                statement.execute(one);
            }
        }
    }

    /** The first column of the first row; null when there is none. */
    static String first(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Keys that are bytes, and transactions by JDBC. */
    private abstract static class Server extends Dialect {
        Server(String holder, String key) {
            super(holder, key);
        }

        @Override
        void prepare(Connection connection) throws SQLException {
            connection.setAutoCommit(true);
        }

        @Override
        void beginReading(Connection connection) throws SQLException {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
        }

        @Override
        void beginWriting(Connection connection) throws SQLException {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(false);
        }

        @Override
        void commit(Connection connection) throws SQLException {
            connection.commit();
        }

        @Override
        void rollback(Connection connection) throws SQLException {
            connection.rollback();
        }

        @Override
        String forUpdate() {
            return " FOR UPDATE";
        }

        @Override
        void bind(PreparedStatement statement, int at, String key) throws SQLException {
            statement.setBytes(at, key.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        String read(ResultSet rows, int at) throws SQLException {
            return new String(rows.getBytes(at), StandardCharsets.UTF_8);
        }
    }

    /** Many holders in one database, in the layout of the Rust {@code PostgresStore}. */
    private static final class Postgres extends Server {
        Postgres(String holder) {
            super(holder, "key");
        }

        @Override
        void create(Connection connection) throws SQLException {
            // Asking first: without the right to create tables, creating fails though it exists.
            if (first(connection, "SELECT to_regclass('sts_store')") == null) {
                connection.setAutoCommit(false);
                // `IF NOT EXISTS` does not make it safe to create a table twice at once; the lock does.
                execute(
                        connection,
                        "SELECT pg_advisory_xact_lock(hashtext('sts_store'))",
                        "CREATE TABLE IF NOT EXISTS sts_store (holder text COLLATE \"C\" NOT NULL,"
                                + " key bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (holder, key))");
                connection.commit();
            }
        }

        @Override
        void beginWriting(Connection connection) throws SQLException {
            super.beginWriting(connection);
            execute(
                    connection,
                    "SET LOCAL lock_timeout = '20s'",
                    "SET LOCAL idle_in_transaction_session_timeout = '10s'",
                    "SELECT set_config('synchronous_commit', 'on', true)"
                            + " WHERE current_setting('synchronous_commit') = 'off'");
        }

        @Override
        String orUpdate() {
            return " ON CONFLICT (holder, key) DO UPDATE SET value = excluded.value";
        }

        @Override
        String insertFirst() {
            return "INSERT INTO sts_store (holder, key, value) VALUES (?, ?, '0')"
                    + " ON CONFLICT DO NOTHING";
        }

        @Override
        void bindName(PreparedStatement statement, String holder) throws SQLException {
            statement.setString(1, holder);
        }
    }

    /** Many holders in one database of MariaDB or MySQL; the table is that of PostgreSQL. */
    private static final class Mysql extends Server {
        private static final String TRANSACTIONS =
                "SELECT e.TRANSACTIONS FROM information_schema.TABLES AS t"
                        + " LEFT JOIN information_schema.ENGINES AS e ON e.ENGINE = t.ENGINE"
                        + " WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = 'sts_store'";

        Mysql(String holder) {
            super(holder, "`key`");
        }

        @Override
        void create(Connection connection) throws SQLException {
            if (first(connection, TRANSACTIONS) == null) {
                execute(
                        connection,
                        "CREATE TABLE IF NOT EXISTS sts_store (holder VARBINARY(256) NOT NULL,"
                                + " `key` VARBINARY(512) NOT NULL, value LONGBLOB NOT NULL,"
                                + " PRIMARY KEY (holder, `key`)) ENGINE=InnoDB");
            }
            if (!"YES".equals(first(connection, TRANSACTIONS))) {
                String message =
                        "the table sts_store is of an engine without transactions:"
                                + " ALTER TABLE sts_store ENGINE=InnoDB";
                throw new StsException("STORE_NOT_COMMITTING", null, message);
            }
        }

        @Override
        String orUpdate() {
            return " ON DUPLICATE KEY UPDATE value = VALUES(value)";
        }

        @Override
        String insertFirst() {
            return "INSERT IGNORE INTO sts_store (holder, `key`, value) VALUES (?, ?, '0')";
        }

        @Override
        void bindName(PreparedStatement statement, String holder) throws SQLException {
            statement.setBytes(1, holder.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** One holder in one file, in the layout of the Rust {@code SqliteStore}. */
    private static final class Sqlite extends Dialect {
        Sqlite() {
            super(null, "key");
        }

        @Override
        void create(Connection connection) throws SQLException {
            execute(
                    connection,
                    "CREATE TABLE IF NOT EXISTS sts_store (key TEXT NOT NULL PRIMARY KEY COLLATE BINARY,"
                            + " value BLOB NOT NULL) STRICT, WITHOUT ROWID");
        }

        @Override
        void prepare(Connection connection) throws SQLException {
            connection.setAutoCommit(true);
            execute(
                    connection,
                    "PRAGMA busy_timeout = 10000",
                    // A commit survives the loss of power, the removal of the journal included.
                    "PRAGMA synchronous = EXTRA",
                    // What is deleted or replaced is overwritten.
                    "PRAGMA secure_delete = ON");
        }

        @Override
        void beginReading(Connection connection) throws SQLException {
            execute(connection, "BEGIN");
        }

        @Override
        void beginWriting(Connection connection) throws SQLException {
            // JDBC's own begins without the lock, and would find out too late that it cannot write.
            execute(connection, "BEGIN IMMEDIATE");
        }

        @Override
        void commit(Connection connection) throws SQLException {
            execute(connection, "COMMIT");
        }

        @Override
        void rollback(Connection connection) throws SQLException {
            execute(connection, "ROLLBACK");
        }

        @Override
        String forUpdate() {
            return "";
        }

        @Override
        String orUpdate() {
            return " ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        }

        @Override
        String insertFirst() {
            return null;
        }

        @Override
        void bind(PreparedStatement statement, int at, String key) throws SQLException {
            statement.setString(at, key);
        }

        @Override
        void bindName(PreparedStatement statement, String holder) {
            throw new AssertionError("a SQLite file has no holder");
        }

        @Override
        String read(ResultSet rows, int at) throws SQLException {
            return rows.getString(at);
        }
    }
}
