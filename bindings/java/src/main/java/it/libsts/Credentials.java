package it.libsts;

import java.util.Objects;

/** User name, password and pincode of a holder on Sistema TS. They are not shown when printed. */
public final class Credentials {
    final String username;
    final String password;
    final String pincode;

    /**
     * As they were typed; {@link Sts#advice} has remarks on them.
     *
     * @param username the user name
     * @param password the password
     * @param pincode the pincode
     */
    public Credentials(String username, String password, String pincode) {
        this.username = Objects.requireNonNull(username, "username");
        this.password = Objects.requireNonNull(password, "password");
        this.pincode = Objects.requireNonNull(pincode, "pincode");
    }

    @Override
    public String toString() {
        return "Credentials(…)";
    }
}
