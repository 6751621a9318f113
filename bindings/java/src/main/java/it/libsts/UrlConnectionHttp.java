package it.libsts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.security.GeneralSecurityException;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.HttpsURLConnection;

/**
 * Requests by {@link HttpURLConnection}, on every Java from 8 on.
 *
 * <p>Every request has a connection of its own, so that "not sent" can be proven: one that was never
 * established, TLS included, carried nothing. (Over plain {@code http}, which is for tests, the JVM
 * may use one again whose last answer had no length; in doubt its end is unknown.) A request is never
 * repeated, which that class does by itself otherwise when an answer is lost. A proxy is the one of
 * the JVM's system properties.
 */
public final class UrlConnectionHttp implements Http {
    private final Tls tls;

    /** Trusts the authorities that this Java trusts; {@code https} alone. */
    public UrlConnectionHttp() {
        this(Tls.standard());
    }

    /**
     * Trusts whom it is told to.
     *
     * @param tls the settings
     */
    public UrlConnectionHttp(Tls tls) {
        this.tls = tls;
    }

    Tls tls() {
        return tls;
    }

    @Override
    public Response perform(Request request) {
        if (!tls.allows(request.url())) {
            return Response.notSent();
        }
        Exchange exchange = new Exchange(tls, request);
        // Of its own, because a name that is being looked up cannot be interrupted.
        Thread thread = new Thread(exchange, "libsts " + request.label());
        thread.setDaemon(true);
        thread.start();
        return exchange.await();
    }

    /** Where an exchange stands. Whoever moves it on from CONNECTING decides whether it is sent. */
    private enum Stage {
        CONNECTING,
        SENDING,
        ABANDONED
    }

    private static final class Exchange implements Runnable {
        private final Tls tls;
        private final Request request;
        private final long deadline;
        private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.CONNECTING);
        private final CompletableFuture<Response> end = new CompletableFuture<>();
        private volatile HttpURLConnection connection;

        Exchange(Tls tls, Request request) {
            this.tls = tls;
            this.request = request;
            deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.timeoutMs());
        }

        Response await() {
            try {
                return end.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                // Decided below.
            }
            boolean unsent = stage.compareAndSet(Stage.CONNECTING, Stage.ABANDONED);
            // Closing may wait for the thread that reads.
            Thread closing = new Thread(this::disconnect, "libsts closing");
            closing.setDaemon(true);
            closing.start();
            return unsent ? Response.notSent() : Response.unknown();
        }

        @Override
        public void run() {
            try {
                connection = connected();
                if (stage.compareAndSet(Stage.CONNECTING, Stage.SENDING)) {
                    end.complete(exchange());
                }
            } catch (Exception | LinkageError e) {
                boolean sending = stage.get() == Stage.SENDING;
                end.complete(sending ? Response.unknown() : Response.notSent());
            } finally {
                // Whatever else is thrown: await decides by the stage.
                end.completeExceptionally(new IllegalStateException());
                disconnect();
            }
        }

        private void disconnect() {
            HttpURLConnection connection = this.connection;
            if (connection != null) {
                connection.disconnect();
            }
        }

        /** A connection with TLS agreed, to which no byte of the request was written. */
        private HttpURLConnection connected() throws IOException, GeneralSecurityException {
            HttpURLConnection made = (HttpURLConnection) new URL(request.url()).openConnection();
            if (made instanceof HttpsURLConnection) {
                HttpsURLConnection secure = (HttpsURLConnection) made;
                secure.setSSLSocketFactory(tls.context().getSocketFactory());
                // Asked only when the name is not that of the certificate.
                secure.setHostnameVerifier((host, session) -> false);
            }
            made.setRequestMethod(request.method());
            made.setConnectTimeout(Math.max(1, request.timeoutMs()));
            made.setReadTimeout(Math.max(1, request.timeoutMs()));
            made.setInstanceFollowRedirects(false);
            made.setUseCaches(false);
            made.setAllowUserInteraction(false);
            made.setDoOutput(true);
            // Otherwise the class keeps the body, and sends all again when the answer is lost.
            made.setFixedLengthStreamingMode(request.body().length);
            made.setRequestProperty("Connection", "close");
            made.setRequestProperty("User-Agent", "libsts");
            made.setRequestProperty("Accept", "*/*");
            for (Map.Entry<String, String> line : request.headers()) {
                made.setRequestProperty(line.getKey(), line.getValue());
            }
            made.connect();
            return made;
        }

        private Response exchange() throws IOException {
            try (OutputStream out = connection.getOutputStream()) {
                out.write(request.body());
            }
            int status = connection.getResponseCode();
            if (status < 0) {
                return Response.unknown();
            }
            byte[] body = new byte[0];
            InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            if (in != null) {
                body = read(in, connection.getContentLengthLong());
            }
            // Of an answer that asks to authenticate the class keeps the body to itself.
            boolean kept = in == null && (status == 401 || status == 407);
            return kept || isWhole(body.length)
                    ? Response.answered(status, headers(), body)
                    : Response.unknown();
        }

        /**
         * Not beyond the length that was announced: at the end of an answer the class keeps the
         * connection for later ones, however it is asked not to, and it can be closed only before.
         */
        private byte[] read(InputStream in, long announced) throws IOException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] part = new byte[16_384];
            long most = announced < 0 ? Response.MAX_BODY + 1L : announced;
            while (read.size() < most && read.size() <= Response.MAX_BODY) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("time ran out");
                }
                int length = in.read(part, 0, (int) Math.min(part.length, most - read.size()));
                if (length < 0) {
                    break;
                }
                read.write(part, 0, length);
            }
            return read.toByteArray();
        }

        /** What breaks off is no answer, which the class does not notice by itself. */
        private boolean isWhole(int length) {
            if (connection.getHeaderField("Transfer-Encoding") != null) {
                return true;
            }
            long announced = connection.getContentLengthLong();
            // Nothing at all that was not announced: the head broke off.
            return announced < 0 ? length > 0 : length >= announced || length > Response.MAX_BODY;
        }

        private List<Map.Entry<String, String>> headers() {
            List<Map.Entry<String, String>> lines = new ArrayList<>();
            for (Map.Entry<String, List<String>> line : connection.getHeaderFields().entrySet()) {
                // The status line has no name.
                if (line.getKey() != null) {
                    for (String value : line.getValue()) {
                        lines.add(new SimpleImmutableEntry<>(line.getKey(), value));
                    }
                }
            }
            return lines;
        }
    }
}
