package it.libsts;

/**
 * Requests by {@code java.net.http}, on Java 11 and later, which load another class of this name; on
 * earlier ones {@link UrlConnectionHttp} is the transport.
 */
public final class HttpClientHttp implements Http {
    /** Trusts the authorities that this Java trusts; {@code https} alone. */
    public HttpClientHttp() {
        this(null);
    }

    /**
     * Trusts whom it is told to.
     *
     * @param tls the settings
     * @throws UnsupportedOperationException before Java 11
     */
    public HttpClientHttp(Tls tls) {
        throw new UnsupportedOperationException("HttpClientHttp needs Java 11: use UrlConnectionHttp");
    }

    Tls tls() {
        return null;
    }

    @Override
    public Response perform(Request request) {
        return Response.notSent();
    }
}
