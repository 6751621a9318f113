package it.libsts;

import it.libsts.internal.Json;
import it.libsts.internal.Loader;
import it.libsts.internal.Raw;
import it.libsts.types.Advice;
import it.libsts.types.AnyInvoice;
import it.libsts.types.CodiceFiscaleCheck;
import it.libsts.types.DataCheck;
import it.libsts.types.Deadline;
import it.libsts.types.Deadlines;
import it.libsts.types.Explanation;
import it.libsts.types.FileState;
import it.libsts.types.ImportoCheck;
import it.libsts.types.Judgement;
import it.libsts.types.PartitaIvaCheck;
import it.libsts.types.Preview;
import it.libsts.types.Questions;
import it.libsts.types.Reasons;
import it.libsts.types.Settings;
import it.libsts.types.Strictness;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;

/** What can be asked without an engine. Any thread may ask at any time. */
public final class Sts {
    private static final Questions QUESTIONS = Sts::ask;

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
     * The fields of a JSON object, as {@code fromJson} of the types takes them: objects are maps, arrays
     * lists, numbers {@code Long} or {@code BigDecimal}.
     *
     * @param text the object
     * @return its fields, in their order
     * @throws StsException {@code JSON}, with the place of what is wrong
     */
    public static Map<String, Object> json(String text) {
        return Json.object(text);
    }

    /**
     * Any question by its name, with JSON in and out.
     *
     * @param name such as {@code check}
     * @param question its fields, as the schema of questions has them
     * @return the answer's fields
     * @throws StsException when it is refused
     */
    public static Map<String, Object> ask(String name, Map<String, ?> question) {
        Loader.ready();
        return Raw.call(name, Json.write(question)).json();
    }

    /**
     * What is to be done with an invoice, and why. Nothing is kept.
     *
     * @param settings The settings.
     * @param invoice The document.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Judgement check(Settings settings, AnyInvoice invoice) {
        return QUESTIONS.check(settings, invoice);
    }

    /**
     * What is to be done with an invoice, and why. Nothing is kept.
     *
     * @param settings The settings.
     * @param invoice The document.
     * @param now The time: the day of the question is that in Italy.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Judgement check(Settings settings, AnyInvoice invoice, Instant now) {
        return QUESTIONS.check(settings, invoice, now);
    }

    /**
     * What would travel of an invoice, with the tax code left out.
     *
     * @param settings The settings.
     * @param invoice The document.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Preview preview(Settings settings, AnyInvoice invoice) {
        return QUESTIONS.preview(settings, invoice);
    }

    /**
     * What would travel of an invoice, with the tax code left out.
     *
     * @param settings The settings.
     * @param invoice The document.
     * @param now The time: the day of the question is that in Italy.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Preview preview(Settings settings, AnyInvoice invoice, Instant now) {
        return QUESTIONS.preview(settings, invoice, now);
    }

    /**
     * The deadlines ahead.
     *
     * @param settings The settings.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Deadlines calendar(Settings settings) {
        return QUESTIONS.calendar(settings);
    }

    /**
     * The deadlines ahead.
     *
     * @param settings The settings.
     * @param now The time: the day of the question is that in Italy.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Deadlines calendar(Settings settings, Instant now) {
        return QUESTIONS.calendar(settings, now);
    }

    /**
     * The deadline of a payment.
     *
     * @param settings The settings.
     * @param dataPagamento The day of the payment.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Deadline scadenza(Settings settings, LocalDate dataPagamento) {
        return QUESTIONS.scadenza(settings, dataPagamento);
    }

    /**
     * The deadline of a payment.
     *
     * @param settings The settings.
     * @param dataPagamento The day of the payment.
     * @param now The time: the day of the question is that in Italy.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Deadline scadenza(Settings settings, LocalDate dataPagamento, Instant now) {
        return QUESTIONS.scadenza(settings, dataPagamento, now);
    }

    /**
     * Whether an engine can be opened with settings; otherwise the question fails.
     *
     * @param settings The settings.
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static void settings(Settings settings) {
        QUESTIONS.settings(settings);
    }

    /**
     * Whether a text is a tax code, and of which kind.
     *
     * @param text The text, as it was typed.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static CodiceFiscaleCheck codiceFiscale(String text) {
        return QUESTIONS.codiceFiscale(text);
    }

    /**
     * Whether a text is a tax code, and of which kind.
     *
     * @param text The text, as it was typed.
     * @param strictness How strictly it is read; {@code full} when absent.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static CodiceFiscaleCheck codiceFiscale(String text, Strictness strictness) {
        return QUESTIONS.codiceFiscale(text, strictness);
    }

    /**
     * Whether a text is a VAT number.
     *
     * @param text The text, as it was typed.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static PartitaIvaCheck partitaIva(String text) {
        return QUESTIONS.partitaIva(text);
    }

    /**
     * Whether a text is a VAT number.
     *
     * @param text The text, as it was typed.
     * @param strictness How strictly it is read; {@code full} when absent.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static PartitaIvaCheck partitaIva(String text, Strictness strictness) {
        return QUESTIONS.partitaIva(text, strictness);
    }

    /**
     * Whether a text is an amount, and which.
     *
     * @param text The text.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static ImportoCheck importo(String text) {
        return QUESTIONS.importo(text);
    }

    /**
     * Whether a text is a day, or which day an instant is in Italy.
     *
     * @param text A day, as it was typed. May be null.
     * @param timestamp An instant. May be null.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static DataCheck data(String text, Instant timestamp) {
        return QUESTIONS.data(text, timestamp);
    }

    /**
     * What a code of the service means, and what to do.
     *
     * @param code The code, such as {@code S017}.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Explanation explain(String code) {
        return QUESTIONS.explain(code);
    }

    /**
     * What a code of the service means, and what to do.
     *
     * @param code The code, such as {@code S017}.
     * @param tipo The type of the message it came with, such as {@code E}. May be null.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Explanation explain(String code, String tipo) {
        return QUESTIONS.explain(code, tipo);
    }

    /**
     * What a fault means, by its text.
     *
     * @param text The text.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Explanation fault(String text) {
        return QUESTIONS.fault(text);
    }

    /**
     * What the state of a file means.
     *
     * @param stato The state, such as {@code 2}.
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static FileState fileState(String stato) {
        return QUESTIONS.fileState(stato);
    }

    /**
     * Every reason that a judgement can give.
     *
     * @return the answer
     * @throws it.libsts.StsException when it is refused, or cannot be carried out
     */
    public static Reasons reasons() {
        return QUESTIONS.reasons();
    }

    /**
     * Remarks on credentials as they were typed.
     *
     * @param credentials the credentials
     * @return the answer
     */
    public static Advice advice(Credentials credentials) {
        return QUESTIONS.advice(credentials.username, credentials.password, credentials.pincode);
    }
}
