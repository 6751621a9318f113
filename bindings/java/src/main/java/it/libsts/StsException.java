package it.libsts;

/**
 * Why a call has no answer: the engine refused the input, the library cannot be used, or a callback
 * of the host failed.
 *
 * <p>Programs branch on {@link #code()}, never on the message. Neither shows a tax code, a name or a
 * secret. The codes of the engine are those of the documentation of libsts; those of this package:
 *
 * <table>
 * <caption>Codes of this package</caption>
 * <tr><th>code</th><th>what it means</th></tr>
 * <tr><td>{@code LIBRARY_NOT_FOUND}</td><td>no libsts in any of the places named</td></tr>
 * <tr><td>{@code LIBRARY_ARCHITECTURE}</td><td>a libsts for another processor or system</td></tr>
 * <tr><td>{@code LIBRARY_ABI}</td><td>a libsts of another version than this package</td></tr>
 * <tr><td>{@code LIBRARY_UNUSABLE}</td><td>a file that is no libsts, or that the system refuses</td></tr>
 * <tr><td>{@code LIBRARY_LOADED}</td><td>another libsts is in use already</td></tr>
 * <tr><td>{@code NATIVE_ACCESS}</td><td>this JVM forbids native libraries (JDK 24 and later)</td></tr>
 * <tr><td>{@code JNA_MISSING}</td><td>the library JNA is not on the class path, or cannot start</td></tr>
 * <tr><td>{@code CLOSED}</td><td>the engine or driver was closed before</td></tr>
 * <tr><td>{@code BUSY}</td><td>a callback called into the driver it was called from</td></tr>
 * <tr><td>{@code STORE}</td><td>the store failed; nothing was sent for what it did not take</td></tr>
 * <tr><td>{@code STORE_NOT_COMMITTING}</td><td>the store says a commit was made that is not there</td></tr>
 * <tr><td>{@code CONTENTION}</td><td>other processes were faster every time; try again</td></tr>
 * <tr><td>{@code READING}</td><td>the store answers something else than it was asked</td></tr>
 * <tr><td>{@code HTTP_CALLBACK}</td><td>the transport threw; the outcome counts as unknown</td></tr>
 * <tr><td>{@code EVENTS_CALLBACK}</td><td>the receiver of events threw; all else was done</td></tr>
 * <tr><td>{@code JSON}</td><td>a text is not JSON, or a value has no form in JSON</td></tr>
 * <tr><td>{@code PANIC}, {@code DEAD}</td><td>a bug of libsts: close the engine, open another one</td></tr>
 * </table>
 */
public final class StsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String path;

    /**
     * A failure without a cause.
     *
     * @param code the stable code, upper case
     * @param path the field of the input that is wrong, as a JSON pointer; may be null
     * @param message an English sentence for the developer
     */
    public StsException(String code, String path, String message) {
        this(code, path, message, null);
    }

    /**
     * A failure with what brought it about.
     *
     * @param code the stable code, upper case
     * @param path the field of the input that is wrong, as a JSON pointer; may be null
     * @param message an English sentence for the developer
     * @param cause what was thrown; may be null
     */
    public StsException(String code, String path, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.path = path;
    }

    /**
     * What happened, such as {@code NUMBER_TAKEN}: stable, and never used again for something else.
     *
     * @return the code
     */
    public String code() {
        return code;
    }

    /**
     * Where, such as {@code /invoices/0/numDocumento}.
     *
     * @return a JSON pointer into the input, or null
     */
    public String path() {
        return path;
    }

    @Override
    public String toString() {
        return code + (path == null || path.isEmpty() ? "" : " at " + path) + ": " + getMessage();
    }
}
