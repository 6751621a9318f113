package it.libsts.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;

/** The servers that `tests/support/databases` runs, each with a database of this run alone. */
public enum Database {
    POSTGRES("postgresql"),
    MARIADB("mariadb");

    private final String protocol;
    private final String name = "java_" + UUID.randomUUID().toString().replace("-", "");
    private boolean made;

    Database(String protocol) {
        this.protocol = protocol;
    }

    /** Whether it runs. */
    public boolean isThere() {
        return variable("HOST") != null;
    }

    /** Skips the test when it does not run. */
    public void demand() {
        assumeTrue(isThere(), () -> "skipped: there is no " + this);
    }

    /** Connections to its database, which is made where it is not there yet. */
    public synchronized DataSource source() {
        try {
            if (!made) {
                try (Connection connection = connect(variable("DATABASE"));
                        Statement statement = connection.createStatement()) {
                    statement.execute("CREATE DATABASE " + name);
                }
                made = true;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return source(name);
    }

    /** The name of its database. */
    public String database() {
        return name;
    }

    /** Connections to a database that is there. */
    public DataSource source(String database) {
        return source(() -> connect(database));
    }

    /** A pool of one connection, which is not closed. */
    public static DataSource pool(Connection only) {
        InvocationHandler open =
                (proxy, method, arguments) ->
                        method.getName().equals("close") ? null : method.invoke(only, arguments);
        Connection lent = proxy(Connection.class, open);
        return source(() -> lent);
    }

    private interface Connect {
        Connection now() throws SQLException;
    }

    private static DataSource source(Connect connect) {
        return proxy(DataSource.class, (proxy, method, arguments) -> connect.now());
    }

    private static <T> T proxy(Class<T> type, InvocationHandler calls) {
        InvocationHandler unwrapped =
                (proxy, method, arguments) -> {
                    try {
                        return calls.invoke(proxy, method, arguments);
                    } catch (java.lang.reflect.InvocationTargetException e) {
                        throw e.getCause();
                    }
                };
        Class<?>[] types = {type};
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), types, unwrapped));
    }

    private Connection connect(String database) throws SQLException {
        String place = variable("HOST") + ":" + variable("PORT") + "/" + database;
        String url = "jdbc:" + protocol + "://" + place;
        return DriverManager.getConnection(url, variable("USER"), variable("PASSWORD"));
    }

    private String variable(String part) {
        return System.getenv("STS_" + name() + "_" + part);
    }
}
