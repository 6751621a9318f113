package it.libsts;

import it.libsts.internal.Json;
import it.libsts.internal.Loader;
import it.libsts.internal.Raw;
import it.libsts.types.Settings;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * An engine of one holder, step by step: for programs with a loop of their own. {@link Driver} is
 * that loop for all others.
 *
 * <p>Each input gives a {@link Step}. One with {@link Step#needs} asks to read from the store:
 * {@link #load} what is there and give the same input again, with the same time. One with {@link
 * Step#actions} is carried out: commit all writes in one transaction against the revision (found
 * another one, {@link #reopen} and give the input again), deliver the events, perform the requests,
 * each once and none after its {@link Request#notAfter}, and report each with {@link #response};
 * tick again at {@link Step.Actions#wakeAt}.
 *
 * <p>Any number of threads may use an engine: a second one waits for the first. {@link #close} waits
 * too, and any later call fails with code {@code CLOSED}. An engine that is not closed keeps its
 * memory, outside the heap, until the program ends.
 */
public final class Engine implements AutoCloseable {
    /** 0 once it is closed. */
    private long handle;

    /**
     * Opens an engine, without credentials and with nothing read.
     *
     * @param settings of the holder
     * @throws StsException {@code SETTINGS}, with the path of what is wrong; or the library cannot be
     *     loaded
     */
    public Engine(Settings settings) {
        this(settings.toJson());
    }

    /**
     * Opens an engine, without credentials and with nothing read.
     *
     * @param settings profile, ambiente and what else the schema of settings has
     * @throws StsException {@code SETTINGS}, with the path of what is wrong; or the library cannot be
     *     loaded
     */
    public Engine(Map<String, ?> settings) {
        Loader.ready();
        handle = Raw.open(Json.write(settings));
    }

    /**
     * Gives the engine its credentials, which it keeps in memory alone.
     *
     * @param credentials null to take them away
     */
    public synchronized void setCredentials(Credentials credentials) {
        if (credentials == null) {
            Raw.credentials(open(), null, null, null);
        } else {
            Raw.credentials(open(), credentials.username, credentials.password, credentials.pincode);
        }
    }

    /**
     * A wish of the host.
     *
     * @param now milliseconds since 1970, UTC
     * @param command as the schema of commands has it
     * @return what to do
     */
    public Step command(long now, Map<String, ?> command) {
        String json = Json.write(command);
        return step(engine -> Raw.command(engine, now, json));
    }

    /**
     * Time passed.
     *
     * @param now milliseconds since 1970, UTC
     * @return what to do
     */
    public Step tick(long now) {
        return step(engine -> Raw.tick(engine, now));
    }

    /**
     * A request ended.
     *
     * @param now milliseconds since 1970, UTC
     * @param id that of the request
     * @param response how
     * @return what to do
     */
    public Step response(long now, String id, Response response) {
        List<List<String>> lines = new ArrayList<>();
        for (Map.Entry<String, String> line : response.headers()) {
            lines.add(Arrays.asList(scalar(line.getKey()), scalar(line.getValue())));
        }
        String headers = Json.write(lines);
        int end = response.end;
        int status = response.status();
        return step(engine -> Raw.response(engine, now, id, end, status, headers, response.body()));
    }

    /**
     * Ends on purpose: events that were delivered do not come again. Leaving it out is harmless.
     *
     * @param now milliseconds since 1970, UTC
     * @return what to do
     */
    public Step finish(long now) {
        return step(engine -> Raw.close(engine, now));
    }

    /**
     * Hands over what a step asked to read; then the input is given again.
     *
     * @param needs what was asked
     * @param values of its keys, in order; null for a missing one
     * @param ranges entries of each range, in order
     */
    public synchronized void load(
            Step.Needs needs, List<byte[]> values, List<List<Store.Entry>> ranges) {
        List<Object> keys = new ArrayList<>();
        for (int i = 0; i < needs.keys().size(); i++) {
            keys.add(Arrays.asList(needs.keys().get(i), text(values.get(i))));
        }
        List<Object> scanned = new ArrayList<>();
        for (int i = 0; i < needs.ranges().size(); i++) {
            Step.Range range = needs.ranges().get(i);
            List<Object> entries = new ArrayList<>();
            for (Store.Entry entry : ranges.get(i)) {
                entries.add(Arrays.asList(entry.key(), text(entry.value())));
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("from", range.from());
            fields.put("to", range.to());
            fields.put("limit", range.limit());
            fields.put("entries", entries);
            scanned.add(fields);
        }
        Map<String, Object> loaded = new LinkedHashMap<>();
        loaded.put("keys", keys);
        loaded.put("ranges", scanned);
        Raw.load(open(), Json.write(loaded));
    }

    /** Throws away what the engine holds of its store, after a commit that failed or found another revision. */
    public synchronized void reopen() {
        Raw.reopen(open());
    }

    /** Frees the engine, once no other thread is inside it; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (handle != 0) {
            Raw.free(handle);
            handle = 0;
        }
    }

    private synchronized Step step(LongFunction<Raw.Result> input) {
        return new Step(input.apply(open()));
    }

    private long open() {
        if (handle == 0) {
            throw new StsException("CLOSED", null, "this engine was closed before");
        }
        return handle;
    }

    /** A value as {@code sts_engine_load} takes it: text where it is text. */
    private static Object text(byte[] value) {
        if (value == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
        } catch (CharacterCodingException e) {
            return Collections.singletonMap("base64", Base64.getEncoder().encodeToString(value));
        }
    }

    /** A header of the service as text that JSON can hold, whatever it sent. */
    private static String scalar(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
