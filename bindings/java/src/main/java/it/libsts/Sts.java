package it.libsts;

import it.libsts.internal.Json;
import it.libsts.internal.Loader;
import it.libsts.internal.Raw;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What can be asked without an engine. Any thread may ask at any time. */
public final class Sts {
    private Sts() {}

    /**
     * Names the file of libsts to use, before any other call; without it, the environment variable
     * {@code STS_LIBRARY} names it, or the jar brings it, or the system's loader finds it.
     *
     * @param library the file
     * @throws StsException {@code LIBRARY_LOADED} when another one is in use already
     */
    public static void library(Path library) {
        Loader.choose(library);
    }

    /**
     * Where libsts was found; loads it if it is not loaded.
     *
     * @return a path, or which jar or loader it came from
     * @throws StsException when it cannot be loaded; the message says what to do
     */
    public static String library() {
        return Loader.ready();
    }

    /**
     * The version of libsts.
     *
     * @return such as {@code 0.1.0}
     */
    public static String version() {
        Loader.ready();
        return Raw.version();
    }

    /**
     * What would become of an invoice: verdict, reasons, what would travel.
     *
     * @param settings of the holder
     * @param invoice the invoice or {@code documentoSpesa}
     * @param now milliseconds since 1970, UTC
     * @return the judgement, with the invoice's {@code id}
     */
    public static Map<String, Object> check(
            Map<String, ?> settings, Map<String, ?> invoice, long now) {
        return call("check", settings, "invoice", invoice, now);
    }

    /**
     * What would travel, with the tax code left out.
     *
     * @param settings of the holder
     * @param invoice the invoice or {@code documentoSpesa}
     * @param now milliseconds since 1970, UTC
     * @return {@code documento}, null when the verdict is not {@code send}
     */
    public static Map<String, Object> preview(
            Map<String, ?> settings, Map<String, ?> invoice, long now) {
        return call("preview", settings, "invoice", invoice, now);
    }

    /**
     * The deadlines ahead.
     *
     * @param settings of the holder
     * @param now milliseconds since 1970, UTC
     * @return {@code oggi} and {@code scadenze}, the soonest first
     */
    public static Map<String, Object> calendar(Map<String, ?> settings, long now) {
        return call("calendar", settings, null, null, now);
    }

    /**
     * Looks at a codice fiscale.
     *
     * @param text as it was typed
     * @return {@code valid}; the kind, or {@code message}
     */
    public static Map<String, Object> codiceFiscale(String text) {
        return ask("codice_fiscale", Collections.singletonMap("text", text));
    }

    /**
     * Looks at a partita IVA.
     *
     * @param text as it was typed
     * @return {@code valid}, or {@code message}
     */
    public static Map<String, Object> partitaIva(String text) {
        return ask("partita_iva", Collections.singletonMap("text", text));
    }

    /**
     * What a code of the service means, and what to do.
     *
     * @param code the code
     * @param tipo its type, where it has one; may be null
     * @return the explanation
     */
    public static Map<String, Object> explain(String code, String tipo) {
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("code", code);
        question.put("tipo", tipo);
        return ask("explain", question);
    }

    /**
     * Remarks on credentials as they were typed.
     *
     * @param credentials the credentials
     * @return {@code reasons}
     */
    public static Map<String, Object> advice(Credentials credentials) {
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("username", credentials.username);
        question.put("password", credentials.password);
        question.put("pincode", credentials.pincode);
        return ask("advice", question);
    }

    /**
     * Every reason that a judgement can give.
     *
     * @return {@code reasons}
     */
    public static Map<String, Object> reasons() {
        return ask("reasons", Collections.emptyMap());
    }

    /**
     * Any question of libsts by its name, for what has no method here yet.
     *
     * @param name such as {@code check}
     * @param question its fields
     * @return the answer's fields
     */
    public static Map<String, Object> ask(String name, Map<String, ?> question) {
        Loader.ready();
        return Raw.call(name, Json.write(question)).json();
    }

    private static Map<String, Object> call(
            String name, Map<String, ?> settings, String what, Object value, long now) {
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("settings", settings);
        if (what != null) {
            question.put(what, value);
        }
        question.put("now", now);
        return ask(name, question);
    }
}
