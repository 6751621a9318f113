package it.libsts;

import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Requests by {@link HttpClient}, on Java 11 and later.
 *
 * <p>Every request has a client and a connection of its own, so that "not sent" can be proven: before
 * the server's certificate was found good, nothing of a request is written. Up to Java 20 a client's
 * thread ends with the garbage collection that finds it, at once from Java 21 on. A proxy is the one
 * of the JVM's system properties.
 */
public final class HttpClientHttp implements Http {
    /** Headers that the client sets by itself, and refuses from others. */
    private static final Set<String> ITS_OWN =
            Set.of("connection", "content-length", "expect", "host", "upgrade");

    private final Tls tls;

    /** Trusts the authorities that this Java trusts; {@code https} alone. */
    public HttpClientHttp() {
        this(Tls.standard());
    }

    /**
     * Trusts whom it is told to.
     *
     * @param tls the settings
     */
    public HttpClientHttp(Tls tls) {
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
        Witness witness = new Witness(tls);
        Once body = new Once(request.body());
        HttpClient client;
        CompletableFuture<HttpResponse<byte[]>> answer;
        try {
            client = client(request, witness.context());
            answer = client.sendAsync(message(request, body), info -> new Limited());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Response.notSent();
        }
        try {
            HttpResponse<byte[]> whole = answer.get(request.timeoutMs(), TimeUnit.MILLISECONDS);
            return Response.answered(whole.statusCode(), lines(whole.headers()), whole.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return abandoned(request, witness);
        } catch (TimeoutException e) {
            return abandoned(request, witness);
        } catch (ExecutionException e) {
            boolean unsent = !body.isGiven() && certain(e.getCause(), request, witness);
            return unsent ? Response.notSent() : Response.unknown();
        } finally {
            answer.cancel(true);
            end(client);
        }
    }

    /** Whether nothing of the request left. */
    private static boolean certain(Throwable why, Request request, Witness witness) {
        // No connection came about, the look-up of the name included.
        boolean unconnected =
                why instanceof ConnectException || why instanceof HttpConnectTimeoutException;
        return unconnected || abandoned(request, witness).isNotSent();
    }

    /** From now on no certificate is found good: without that nothing leaves, nor did before. */
    private static Response abandoned(Request request, Witness witness) {
        boolean unsent = request.url().startsWith("https:") && witness.abandon();
        return unsent ? Response.notSent() : Response.unknown();
    }

    private static HttpClient client(Request request, SSLContext context) {
        SSLParameters parameters = context.getDefaultSSLParameters();
        // Said here as well, because a property of the JVM can turn the client's own setting off.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(Math.max(1, request.timeoutMs())))
                .sslContext(context)
                .sslParameters(parameters)
                .build();
    }

    private static HttpRequest message(Request request, Once body) {
        HttpRequest.Builder message =
                HttpRequest.newBuilder(URI.create(request.url()))
                        .method(request.method(), body)
                        .setHeader("User-Agent", "libsts");
        for (Map.Entry<String, String> line : request.headers()) {
            if (!ITS_OWN.contains(line.getKey().toLowerCase(Locale.ROOT))) {
                message.header(line.getKey(), line.getValue());
            }
        }
        return message.build();
    }

    private static List<Map.Entry<String, String>> lines(HttpHeaders headers) {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        headers.map()
                .forEach(
                        (name, values) ->
                                values.forEach(
                                        value -> lines.add(new SimpleImmutableEntry<>(name, value))));
        return lines;
    }

    /** Ends a client's thread and connection at once, where it has a method for that: Java 21. */
    private static void end(HttpClient client) {
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(client);
        } catch (ReflectiveOperationException e) {
            // An earlier Java.
        }
    }

    /**
     * A body that is given out once: with the property {@code jdk.httpclient.enableAllMethodRetry} of
     * the JVM the client would send it again, on a connection that takes the session of the first
     * one up and needs no certificate.
     */
    private static final class Once implements HttpRequest.BodyPublisher {
        private final HttpRequest.BodyPublisher body;
        private final AtomicBoolean given = new AtomicBoolean();

        Once(byte[] body) {
            this.body = HttpRequest.BodyPublishers.ofByteArray(body);
        }

        boolean isGiven() {
            return given.get();
        }

        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            if (!given.compareAndSet(false, true)) {
                throw new IllegalStateException("this request was sent before");
            }
            body.subscribe(subscriber);
        }
    }

    /** Where an exchange stands. Whoever moves it on from CONNECTING decides whether it is sent. */
    private enum Stage {
        CONNECTING,
        TRUSTED,
        ABANDONED
    }

    /** Sees whether the server's certificate was found good. */
    private static final class Witness extends X509ExtendedTrustManager {
        private final Tls tls;
        private final X509ExtendedTrustManager judge;
        private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.CONNECTING);

        Witness(Tls tls) {
            this.tls = tls;
            X509ExtendedTrustManager found = null;
            for (TrustManager manager : tls.trust()) {
                found = manager instanceof X509ExtendedTrustManager ? (X509ExtendedTrustManager) manager : found;
            }
            judge = found;
        }

        SSLContext context() throws GeneralSecurityException {
            if (judge == null) {
                throw new GeneralSecurityException("this Java has no trust manager for X.509");
            }
            return tls.context(new TrustManager[] {this});
        }

        /** Whether nothing was trusted yet; nothing will be. */
        boolean abandon() {
            return stage.compareAndSet(Stage.CONNECTING, Stage.ABANDONED)
                    || stage.get() == Stage.ABANDONED;
        }

        private void trust() throws CertificateException {
            if (!stage.compareAndSet(Stage.CONNECTING, Stage.TRUSTED)) {
                throw new CertificateException("not the first connection, or too late");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            judge.checkServerTrusted(chain, type, engine);
            trust();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            judge.checkServerTrusted(chain, type, socket);
            trust();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("the name of the server is not known");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            judge.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            judge.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            judge.checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return judge.getAcceptedIssuers();
        }
    }

    /** A body, up to the bytes that the engine looks at and one more. */
    private static final class Limited implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                byte[] bytes = new byte[part.remaining()];
                part.get(bytes);
                read.write(bytes, 0, bytes.length);
            }
            if (read.size() > Response.MAX_BODY) {
                subscription.cancel();
                whole.complete(read.toByteArray());
            }
        }

        @Override
        public void onError(Throwable why) {
            whole.completeExceptionally(why);
        }

        @Override
        public void onComplete() {
            whole.complete(read.toByteArray());
        }
    }
}
