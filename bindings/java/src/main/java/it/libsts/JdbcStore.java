package it.libsts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/**
 * Records in the table {@code sts_store} of a database, shared by any number of threads, programs and
 * machines: SQLite (3.37 or later; the file of one holder, which the command {@code sts} opens as
 * well), PostgreSQL (9.6 or later), MariaDB and MySQL (many holders in one table, each under a name).
 * The table is created where there is none.
 *
 * <p>Each call takes a connection from the source and gives it back, so a pool is welcome. A commit
 * is a transaction of its own: the source must not hand out connections of a transaction that the
 * program or its container ends.
 *
 * <p>PostgreSQL with {@code fsync = off}, and MariaDB or MySQL with {@code
 * innodb_flush_log_at_trx_commit} other than 1, forget commits when the power fails; then a document
 * may be sent twice. Connections to a server on another machine belong encrypted.
 */
public final class JdbcStore implements Store {
    /** With the key it has to fit into a row of an index. */
    private static final int HOLDER_BYTES = 256;

    private final DataSource source;
    private final Dialect dialect;

    /**
     * The records of the one holder of a SQLite file.
     *
     * @param source of connections to SQLite
     * @throws StsException {@code STORE}, when there is no connection or no table
     */
    public JdbcStore(DataSource source) {
        this(source, null, "");
    }

    /**
     * The records of one holder in the database of a server.
     *
     * @param source of connections to PostgreSQL, MariaDB or MySQL
     * @param holder whose records, in 1 to 256 bytes without NUL. It stands in the database in clear:
     *     a number of the program's own, not a tax code
     * @throws StsException {@code STORE}, when there is no connection or no table
     */
    public JdbcStore(DataSource source, String holder) {
        this(source, holder, holder);
    }

    private JdbcStore(DataSource source, String holder, String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (holder != null && (length == 0 || length > HOLDER_BYTES || name.indexOf('\0') >= 0)) {
            String message = "a holder is named in 1 to 256 bytes without NUL";
            throw new StsException("STORE", null, message);
        }
        this.source = source;
        try (Connection connection = source.getConnection()) {
            dialect = Dialect.of(connection, holder);
        } catch (SQLException e) {
            throw failed("opening its table", e);
        }
        with(
                "opening its table",
                connection -> {
                    dialect.create(connection);
                    return null;
                });
    }

    /**
     * A SQLite file, created for its owner alone where it is not there and the system has such
     * rights. The class path needs {@code org.xerial:sqlite-jdbc}.
     *
     * @param file its path
     * @return the store
     * @throws StsException {@code STORE}, when it cannot be opened
     */
    public static JdbcStore sqlite(Path file) {
        SqliteFile source = new SqliteFile(file);
        try {
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        } catch (FileAlreadyExistsException e) {
            // Its rights are left as they are.
        } catch (IOException e) {
            throw new StsException("STORE", null, "the store failed while creating its file: " + e);
        }
        return new JdbcStore(source);
    }

    @Override
    public List<byte[]> get(List<String> keys) {
        return with("reading keys", connection -> dialect.get(connection, keys));
    }

    @Override
    public List<Entry> scan(String from, String to, long limit) {
        return with("reading a range", connection -> dialect.scan(connection, from, to, limit));
    }

    @Override
    public Commit commit(long expected, List<Write> writes) {
        return with("committing", connection -> dialect.commit(connection, expected, writes));
    }

    @Override
    public String toString() {
        return "JdbcStore";
    }

    private interface Call<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T with(String doing, Call<T> call) {
        try (Connection connection = source.getConnection()) {
            boolean automatic = connection.getAutoCommit();
            int isolation = connection.getTransactionIsolation();
            dialect.prepare(connection);
            boolean done = false;
            try {
                T end = call.on(connection);
                done = true;
                return end;
            } finally {
                // Whoever has it next finds it as it was.
                restore(connection, automatic, isolation, done);
            }
        } catch (SQLException e) {
            if (doing.equals("committing") && isLostRace(e)) {
                @SuppressWarnings("unchecked")
                T conflict = (T) Commit.CONFLICT;
                return conflict;
            }
            throw failed(doing, e);
        }
    }

    private void restore(Connection connection, boolean automatic, int isolation, boolean done)
            throws SQLException {
        try {
            if (!done) {
                dialect.rollback(connection);
            }
        } catch (SQLException e) {
            // There was no transaction, or no connection any more, which ended it.
        }
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
                connection.setTransactionIsolation(isolation);
            }
            if (!automatic) {
                connection.setAutoCommit(false);
            }
        } catch (SQLException e) {
            // A connection that cannot be used any more is no matter of the commit that it made.
            connection.abort(Runnable::run);
        }
    }

    /** The database rolled the transaction back, for another one's sake. */
    private static boolean isLostRace(SQLException e) {
        return "40001".equals(e.getSQLState()) || "40P01".equals(e.getSQLState());
    }

    /**
     * An error without what is said about rows. The further lines of a database show keys and values,
     * and so does what the driver of PostgreSQL says of a batch: its next exception is the database's.
     */
    private static StsException failed(String doing, SQLException thrown) {
        SQLException next = thrown instanceof BatchUpdateException ? thrown.getNextException() : null;
        SQLException e = next == null ? thrown : next;
        String said = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
        String line = said.split("\\R", 2)[0];
        String message =
                "the store failed while " + doing + ": " + line + " (SQLSTATE " + e.getSQLState() + ", "
                        + e.getErrorCode() + ")";
        return new StsException("STORE", null, message);
    }
}
