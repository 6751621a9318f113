package it.libsts;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Connections to one SQLite file, by whichever driver the class path has. */
final class SqliteFile implements DataSource {
    private final String url;

    SqliteFile(Path file) {
        // Relative, it could be one of the driver's words, such as `:memory:`.
        String path = file.toAbsolutePath().toString();
        if (path.indexOf('?') >= 0) {
            String message = "SQLite's driver takes no path with a question mark: name the file otherwise";
            throw new StsException("STORE", null, message);
        }
        url = "jdbc:sqlite:" + path;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            return DriverManager.getConnection(url);
        } catch (SQLException e) {
            if ("08001".equals(e.getSQLState())) {
                String message = "no driver for SQLite: put org.xerial:sqlite-jdbc on the class path";
                throw new SQLException(message, "08001", e);
            }
            throw e;
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // Nothing is logged.
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // There is no login.
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("this source wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
