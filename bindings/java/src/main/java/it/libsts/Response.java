package it.libsts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How a request ended. */
public final class Response {
    /**
     * Bytes of the longest body that is read as an answer. A transport stops reading behind it, and
     * hands over one byte more, or as many, so that the engine sees that it was too long.
     */
    public static final int MAX_BODY = 32 << 20;

    private static final Response NOT_SENT = new Response(1, 0, Collections.emptyList(), null);
    private static final Response UNKNOWN = new Response(2, 0, Collections.emptyList(), null);

    final int end;
    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;

    private Response(int end, int status, List<Map.Entry<String, String>> headers, byte[] body) {
        this.end = end;
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * The service answered, and the answer is whole.
     *
     * @param status of HTTP, whichever
     * @param headers name and value of each line, neither of them null
     * @param body its bytes; a body that broke off is no answer but {@link #unknown}
     * @return the end
     */
    public static Response answered(
            int status, List<? extends Map.Entry<String, String>> headers, byte[] body) {
        if (status < 0 || status > 65_535) {
            return UNKNOWN;
        }
        for (Map.Entry<String, String> line : headers) {
            Objects.requireNonNull(line.getKey(), "a header line without a name");
            Objects.requireNonNull(line.getValue(), "a header line without a value");
        }
        return new Response(0, status, Collections.unmodifiableList(new ArrayList<>(headers)), body);
    }

    /**
     * It is certain that no byte of the request left: name not resolved, connection or TLS refused.
     *
     * @return the end
     */
    public static Response notSent() {
        return NOT_SENT;
    }

    /**
     * Everything else: time ran out, the connection broke. In doubt, this one.
     *
     * @return the end
     */
    public static Response unknown() {
        return UNKNOWN;
    }

    /**
     * Whether the service answered.
     *
     * @return true when status and body are there
     */
    public boolean isAnswered() {
        return end == 0;
    }

    /**
     * Whether it is certain that nothing left.
     *
     * @return true when it is
     */
    public boolean isNotSent() {
        return end == 1;
    }

    /**
     * The status of an answer.
     *
     * @return the status, 0 when there is no answer
     */
    public int status() {
        return status;
    }

    /**
     * The header lines of an answer.
     *
     * @return name and value of each
     */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /**
     * The body of an answer, not copied.
     *
     * @return the bytes, null when there is no answer
     */
    public byte[] body() {
        return body;
    }

    @Override
    public String toString() {
        return end == 0 ? "Response(" + status + ")" : end == 1 ? "not sent" : "unknown";
    }
}
