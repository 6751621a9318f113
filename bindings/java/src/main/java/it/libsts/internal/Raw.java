package it.libsts.internal;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import it.libsts.StsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * The functions of {@code sts.h}, and the only class that knows JNA. It owns what crosses over: each
 * result is copied and freed before a call returns, whatever happens.
 *
 * <p>Pointers and lengths are {@code long}: {@link Loader} refuses a JVM of 32 bits. A place for a
 * pointer that comes back is a {@code long[1]}, which costs nothing to make, as a structure would.
 * Callers see to it that the library is there ({@link Loader#ready}) and a handle is not freed.
 */
public final class Raw {
    /** The {@code STS_ABI} that this class was written for. */
    static final int ABI = 1;

    private static final int OK = 0;

    private Raw() {}

    /** Starts JNA, which may fail in its own ways, before it is asked for a library. */
    static void start() {
        if (Native.POINTER_SIZE != Long.BYTES) {
            String message = "this Java has 32 bits, libsts has 64: use a 64-bit Java";
            throw new StsException("LIBRARY_ARCHITECTURE", null, message);
        }
    }

    /** The folder of a jar where the library for this system lies. */
    static String platform() {
        return Platform.RESOURCE_PREFIX;
    }

    /**
     * Opens a library, a file or a name for the system's loader, and binds the functions below to it.
     *
     * @return what its ABI is
     * @throws UnsatisfiedLinkError when the system refuses it, or it is no libsts
     */
    static int bind(String library) {
        NativeLibrary opened = NativeLibrary.getInstance(library);
        // This one first, by hand: the rest of another ABI may have another form.
        int abi = opened.getFunction("sts_abi_version").invokeInt(new Object[0]);
        if (abi == ABI) {
            Native.register(Raw.class, opened);
        }
        return abi;
    }

    /**
     * The version of the library, such as {@code 0.1.0}.
     *
     * @return the version
     */
    public static String version() {
        return sts_version().getString(0, "UTF-8");
    }

    /**
     * Answers a question that needs no engine.
     *
     * @param name its name
     * @param question its JSON
     * @return the answer
     */
    public static Result call(String name, String question) {
        byte[] n = bytes(name);
        byte[] q = bytes(question);
        long[] out = new long[1];
        return take(sts_call(n, n.length, q, q.length, out), out);
    }

    /**
     * Opens an engine.
     *
     * @param settings JSON
     * @return its handle, to be freed with {@link #free}
     */
    public static long open(String settings) {
        byte[] s = bytes(settings);
        long[] engine = new long[1];
        long[] out = new long[1];
        take(sts_engine_new(s, s.length, engine, out), out);
        return engine[0];
    }

    /**
     * Frees an engine.
     *
     * @param engine a handle that nothing uses any more
     */
    public static void free(long engine) {
        sts_engine_free(new Pointer(engine));
    }

    /**
     * Gives an engine its credentials; what is copied on the way is wiped.
     *
     * @param engine a handle
     * @param username null to take them away
     * @param password the password
     * @param pincode the pincode
     */
    public static void credentials(long engine, String username, String password, String pincode) {
        long[] out = new long[1];
        if (username == null) {
            take(sts_engine_set_credentials(new Pointer(engine), null, 0, null, 0, null, 0, out), out);
            return;
        }
        try (Wiped u = new Wiped(username);
                Wiped p = new Wiped(password);
                Wiped c = new Wiped(pincode)) {
            int status =
                    sts_engine_set_credentials(
                            new Pointer(engine),
                            u.memory, u.length, p.memory, p.length, c.memory, c.length, out);
            take(status, out);
        }
    }

    /**
     * Gives an engine a command.
     *
     * @param engine a handle
     * @param now milliseconds since 1970, UTC
     * @param command JSON
     * @return a step
     */
    public static Result command(long engine, long now, String command) {
        byte[] c = bytes(command);
        long[] out = new long[1];
        return take(sts_engine_command(new Pointer(engine), now, c, c.length, out), out);
    }

    /**
     * Tells an engine that time passed.
     *
     * @param engine a handle
     * @param now milliseconds since 1970, UTC
     * @return a step
     */
    public static Result tick(long engine, long now) {
        long[] out = new long[1];
        return take(sts_engine_tick(new Pointer(engine), now, out), out);
    }

    /**
     * Tells an engine how a request ended.
     *
     * @param engine a handle
     * @param now milliseconds since 1970, UTC
     * @param id that of the request
     * @param end 0 answered, 1 not sent, 2 unknown
     * @param status of the answer
     * @param headers of the answer: JSON, an array of pairs
     * @param body of the answer; may be null
     * @return a step
     */
    public static Result response(
            long engine, long now, String id, int end, int status, String headers, byte[] body) {
        byte[] i = bytes(id);
        byte[] h = bytes(headers);
        int length = body == null ? 0 : body.length;
        long[] out = new long[1];
        int done =
                sts_engine_response(
                        new Pointer(engine),
                        now, i, i.length, end, (short) status, h, h.length, body, length, out);
        return take(done, out);
    }

    /**
     * Hands an engine what it asked to read.
     *
     * @param engine a handle
     * @param values JSON
     */
    public static void load(long engine, String values) {
        byte[] v = bytes(values);
        long[] out = new long[1];
        take(sts_engine_load(new Pointer(engine), v, v.length, out), out);
    }

    /**
     * Lets an engine forget what it holds of its store.
     *
     * @param engine a handle
     */
    public static void reopen(long engine) {
        long[] out = new long[1];
        take(sts_engine_reopen(new Pointer(engine), out), out);
    }

    /**
     * Ends an engine on purpose.
     *
     * @param engine a handle
     * @param now milliseconds since 1970, UTC
     * @return a step
     */
    public static Result close(long engine, long now) {
        long[] out = new long[1];
        return take(sts_engine_close(new Pointer(engine), now, out), out);
    }

    /** What a call says: JSON, and bodies beside it, which the JSON names by their number. */
    public static final class Result {
        private final Map<String, Object> json;
        private final byte[][] bodies;

        Result(Map<String, Object> json, byte[][] bodies) {
            this.json = json;
            this.bodies = bodies;
        }

        /**
         * The object.
         *
         * @return its fields
         */
        public Map<String, Object> json() {
            return json;
        }

        /**
         * A body.
         *
         * @param number as a field {@code body} of the JSON has it
         * @return its bytes
         */
        public byte[] body(Object number) {
            long n = number instanceof Long ? (Long) number : -1;
            if (n < 0 || n >= bodies.length) {
                throw new StsException("PANIC", null, "a result of libsts has no such body");
            }
            return bodies[(int) n];
        }
    }

    /** Copies a result and frees it; what is not {@code STS_OK} is thrown. */
    private static Result take(int status, long[] out) {
        Pointer result = new Pointer(out[0]);
        Map<String, Object> json;
        byte[][] bodies;
        try {
            long[] length = new long[1];
            byte[] text = copy(sts_result_json(result, length), length[0]);
            json = Json.object(new String(text, StandardCharsets.UTF_8));
            bodies = new byte[(int) sts_result_body_count(result)][];
            for (int i = 0; i < bodies.length; i++) {
                bodies[i] = copy(sts_result_body(result, i, length), length[0]);
            }
        } finally {
            sts_result_free(result);
        }
        if (status != OK) {
            throw new StsException(
                    (String) json.get("code"), (String) json.get("path"), (String) json.get("message"));
        }
        return new Result(json, bodies);
    }

    private static byte[] copy(Pointer bytes, long length) {
        return length == 0 ? new byte[0] : bytes.getByteArray(0, Math.toIntExact(length));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A secret outside the heap, where no copy of it stays. */
    private static final class Wiped implements AutoCloseable {
        final Memory memory;
        final long length;

        Wiped(String secret) {
            byte[] bytes = bytes(secret);
            length = bytes.length;
            memory = new Memory(length + 1);
            memory.write(0, bytes, 0, bytes.length);
            Arrays.fill(bytes, (byte) 0);
        }

        @Override
        public void close() {
            memory.clear();
        }
    }

    private static native Pointer sts_version();

    private static native int sts_call(
            byte[] name, long nameLength, byte[] question, long questionLength, long[] result);

    private static native int sts_engine_new(
            byte[] settings, long settingsLength, long[] engine, long[] result);

    private static native void sts_engine_free(Pointer engine);

    private static native int sts_engine_set_credentials(
            Pointer engine,
            Pointer username,
            long usernameLength,
            Pointer password,
            long passwordLength,
            Pointer pincode,
            long pincodeLength,
            long[] result);

    private static native int sts_engine_command(
            Pointer engine, long now, byte[] command, long commandLength, long[] result);

    private static native int sts_engine_tick(Pointer engine, long now, long[] result);

    private static native int sts_engine_response(
            Pointer engine,
            long now,
            byte[] id,
            long idLength,
            int end,
            short status,
            byte[] headers,
            long headersLength,
            byte[] body,
            long bodyLength,
            long[] result);

    private static native int sts_engine_load(
            Pointer engine, byte[] values, long valuesLength, long[] result);

    private static native int sts_engine_reopen(Pointer engine, long[] result);

    private static native int sts_engine_close(Pointer engine, long now, long[] result);

    private static native Pointer sts_result_json(Pointer result, long[] length);

    private static native long sts_result_body_count(Pointer result);

    private static native Pointer sts_result_body(Pointer result, long index, long[] length);

    private static native void sts_result_free(Pointer result);
}
