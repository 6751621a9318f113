package it.libsts;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A request to perform, once. It shows no header, address or body when it is printed. */
public final class Request {
    private final String id;
    private final String label;
    private final String method;
    private final String url;
    private final List<Map.Entry<String, String>> headers;
    private final int timeoutMs;
    private final long notAfter;
    private final byte[] body;

    /**
     * A request, as the engine makes them; for tests of a transport.
     *
     * @param id what names it
     * @param label what it does
     * @param method the method
     * @param url an absolute address
     * @param headers name and value of each line
     * @param body the bytes
     * @param timeoutMs time for the whole exchange, in milliseconds
     * @param notAfter when it may no longer be begun: milliseconds since 1970, UTC
     */
    public Request(
            String id,
            String label,
            String method,
            String url,
            List<? extends Map.Entry<String, String>> headers,
            byte[] body,
            int timeoutMs,
            long notAfter) {
        this.id = id;
        this.label = label;
        this.method = method;
        this.url = url;
        this.headers = Collections.unmodifiableList(new ArrayList<>(headers));
        this.body = body;
        this.timeoutMs = timeoutMs;
        this.notAfter = notAfter;
    }

    static Request of(Map<String, Object> json, byte[] body) {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        for (Object line : (List<?>) json.get("headers")) {
            List<?> pair = (List<?>) line;
            lines.add(new SimpleImmutableEntry<>((String) pair.get(0), (String) pair.get(1)));
        }
        return new Request(
                (String) json.get("id"),
                (String) json.get("label"),
                (String) json.get("method"),
                (String) json.get("url"),
                lines,
                body,
                Math.toIntExact((Long) json.get("timeoutMs")),
                (Long) json.get("notAfter"));
    }

    /**
     * What names it when its end is reported.
     *
     * @return the id
     */
    public String id() {
        return id;
    }

    /**
     * What it does, for logs; nothing personal.
     *
     * @return the name of an operation
     */
    public String label() {
        return label;
    }

    /**
     * The method.
     *
     * @return {@code POST}
     */
    public String method() {
        return method;
    }

    /**
     * Where to.
     *
     * @return an absolute address
     */
    public String url() {
        return url;
    }

    /**
     * Header lines, name and value. {@code Authorization} is among them: not to be logged.
     *
     * @return the lines, in order
     */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /**
     * Time for the whole exchange.
     *
     * @return milliseconds
     */
    public int timeoutMs() {
        return timeoutMs;
    }

    /**
     * When it may no longer be begun, and is to be reported as not sent.
     *
     * @return milliseconds since 1970, UTC
     */
    public long notAfter() {
        return notAfter;
    }

    /**
     * To be sent unchanged; not copied.
     *
     * @return the bytes
     */
    public byte[] body() {
        return body;
    }

    @Override
    public String toString() {
        return "Request(" + label + ")";
    }
}
