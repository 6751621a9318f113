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

    Request(Map<String, Object> json, byte[] body) {
        id = (String) json.get("id");
        label = (String) json.get("label");
        method = (String) json.get("method");
        url = (String) json.get("url");
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        for (Object line : (List<?>) json.get("headers")) {
            List<?> pair = (List<?>) line;
            lines.add(new SimpleImmutableEntry<>((String) pair.get(0), (String) pair.get(1)));
        }
        headers = Collections.unmodifiableList(lines);
        timeoutMs = Math.toIntExact((Long) json.get("timeoutMs"));
        notAfter = (Long) json.get("notAfter");
        this.body = body;
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
