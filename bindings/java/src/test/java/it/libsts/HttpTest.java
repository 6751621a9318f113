package it.libsts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.support.Certificates;
import it.libsts.support.Server;
import it.libsts.support.Server.Reaction;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both transports tell the three ends apart, and send nothing twice. */
class HttpTest {
    private static final String BODY = "<busta>è</busta>".repeat(10_000);

    @TempDir static Path folder;
    private static Certificates here;
    private static Certificates elsewhere;

    enum Transport {
        URL_CONNECTION(UrlConnectionHttp::new),
        HTTP_CLIENT(HttpClientHttp::new);

        private final Function<Tls, Http> make;

        Transport(Function<Tls, Http> make) {
            this.make = make;
        }

        Response perform(Tls tls, String url, int timeoutMs) throws Exception {
            List<Map.Entry<String, String>> headers =
                    List.of(Map.entry("Content-Type", "text/xml"), Map.entry("X-Prova", "1"));
            byte[] body = BODY.getBytes("UTF-8");
            Request request =
                    new Request("1", "prova", "POST", url, headers, body, timeoutMs, Long.MAX_VALUE);
            return make.apply(tls).perform(request);
        }

        Response perform(String url) throws Exception {
            return perform(Tls.test(), url, 10_000);
        }
    }

    @BeforeAll
    static void certificates() throws Exception {
        here = new Certificates(folder, "ip:127.0.0.1");
        elsewhere = new Certificates(folder, "dns:elsewhere.example");
    }

    @ParameterizedTest
    @EnumSource
    void anyStatusIsAnAnswerAndNoRedirectIsFollowed(Transport transport) throws Exception {
        for (int status : List.of(200, 302, 307, 403, 404, 500, 503)) {
            Reaction reaction = Server.answer(status, "<esito/>", "Location: /service", "X-Eco: 7");
            try (Server server = new Server(reaction)) {
                Response end = transport.perform(server.url("127.0.0.1"));
                assertEquals(status, end.status());
                assertArrayEquals("<esito/>".getBytes(), end.body());
                assertTrue(
                        end.headers().stream()
                                .anyMatch(h -> h.getKey().equalsIgnoreCase("x-eco") && h.getValue().equals("7")));
                assertEquals(1, server.requests.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatAsksToAuthenticateIsAnAnswer(Transport transport) throws Exception {
        for (String header : List.of("WWW-Authenticate: Basic realm=\"x\"", "X-Other: 1")) {
            try (Server server = new Server(Server.answer(401, "no", header))) {
                assertEquals(401, transport.perform(server.url("127.0.0.1")).status());
                assertEquals(1, server.requests.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatLeavesIsWhatTheEngineMade(Transport transport) throws Exception {
        try (Server server = new Server(Server.answer(200, ""))) {
            assertEquals(0, transport.perform(server.url("127.0.0.1")).body().length);
            String request = server.requests.get(0);
            assertTrue(request.startsWith("POST /service?x=1 HTTP/1.1\r\n"), "a request line");
            assertTrue(request.endsWith("\r\n\r\n" + BODY), "the body unchanged");
            String head = request.substring(0, request.indexOf("\r\n\r\n")).toLowerCase();
            assertTrue(head.contains("content-type: text/xml"), head);
            assertFalse(head.contains("expect"), head);
            assertFalse(head.contains("java"), head);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLostAnswerIsUnknownAndNothingIsSentTwice(Transport transport) throws Exception {
        Reaction reset =
                connection -> {
                    connection.setSoLinger(true, 0);
                    connection.close();
                };
        for (Reaction reaction : List.of((Reaction) Socket::close, reset)) {
            try (Server server = new Server(reaction)) {
                assertEquals("unknown", transport.perform(server.url("127.0.0.1")).toString());
                // A repetition would come at once.
                Thread.sleep(200);
                assertEquals(1, server.requests.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatLeftIsNeitherRepeatedNorCalledUnsentWhenNobodyListensAnyMore(Transport transport)
            throws Exception {
        for (boolean secure : List.of(true, false)) {
            for (boolean gone : List.of(true, false)) {
                AtomicReference<Server> self = new AtomicReference<>();
                Reaction leaving =
                        connection -> {
                            if (gone) {
                                self.get().close();
                            }
                            connection.close();
                        };
                try (Server server =
                        secure ? Server.secure(here.server(here), false, leaving) : new Server(leaving)) {
                    self.set(server);
                    Response end = transport.perform(Tls.test(here.pem()), server.url("127.0.0.1"), 10_000);
                    assertEquals("unknown", end.toString());
                    Thread.sleep(200);
                    assertEquals(1, server.requests.size());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionKeptOpenAndThenLostSendsNothingTwice(Transport transport) throws Exception {
        // The first request of a connection is answered, a second one of the same is not.
        Map<Socket, Boolean> answered = new ConcurrentHashMap<>();
        Reaction once =
                connection -> {
                    if (answered.put(connection, true) != null) {
                        connection.close();
                    } else {
                        Server.answer(200, "ok", "Connection: keep-alive").to(connection);
                    }
                };
        try (Server server = new Server(once)) {
            for (int i = 1; i <= 3; i++) {
                assertEquals(200, transport.perform(server.url("127.0.0.1")).status());
                Thread.sleep(100);
                assertEquals(i, server.requests.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatBreaksOffIsUnknown(Transport transport) throws Exception {
        for (String answer :
                List.of(
                        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<esito>0",
                        "HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\n<esito>0",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<esito>0",
                        "HTTP/1.1 200 OK\r\nContent-Le",
                        "HTT")) {
            Reaction reaction =
                    connection -> {
                        connection.getOutputStream().write(answer.getBytes());
                        connection.close();
                    };
            try (Server server = new Server(reaction)) {
                Response end = transport.perform(server.url("127.0.0.1"));
                assertEquals("unknown", end.toString(), answer);
                assertEquals(1, server.requests.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNeverConnectsIsNotSent(Transport transport) throws Exception {
        int free;
        try (ServerSocket closed = new ServerSocket(0)) {
            free = closed.getLocalPort();
        }
        for (String url :
                List.of(
                        "http://127.0.0.1:" + free + "/",
                        "https://127.0.0.1:" + free + "/",
                        "https://no-such-host.invalid/",
                        "ftp://127.0.0.1/",
                        "https://[/",
                        "")) {
            assertEquals("not sent", transport.perform(url).toString(), url);
        }
    }

    @ParameterizedTest
    @EnumSource
    void plainTextIsForTestAlone(Transport transport) throws Exception {
        try (Server server = new Server(Server.answer(200, ""))) {
            Response end = transport.perform(Tls.standard(), server.url("127.0.0.1"), 10_000);
            assertTrue(end.isNotSent());
            assertEquals(0, server.requests.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatIsNotVerifiedIsSentNothingWhateverTheProgramHasSet(Transport transport)
            throws Exception {
        // What programs do that once met a certificate they could not explain.
        SSLContext careless = SSLContext.getInstance("TLS");
        careless.init(null, new TrustManager[] {new Careless()}, null);
        HttpsURLConnection.setDefaultSSLSocketFactory(careless.getSocketFactory());
        HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
        SSLContext.setDefault(careless);
        try (Server server = Server.secure(here.server(here), false, Server.answer(200, "ok"));
                Server other = Server.secure(elsewhere.server(here), false, Server.answer(200, "ok"))) {
            Tls trusting = Tls.test(here.pem());
            assertEquals(200, transport.perform(trusting, server.url("127.0.0.1"), 10_000).status());
            assertTrue(transport.perform(Tls.test(), server.url("127.0.0.1"), 10_000).isNotSent());
            // The authority is known, the name is another.
            Tls both = Tls.test(elsewhere.pem());
            assertTrue(transport.perform(both, other.url("127.0.0.1"), 10_000).isNotSent());
            assertTrue(transport.perform(trusting, server.url("localhost"), 10_000).isNotSent());
            assertEquals(1, server.requests.size());
            assertEquals(0, other.requests.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTimeLimitHoldsForTheWholeExchange(Transport transport) throws Exception {
        Reaction never = connection -> Thread.sleep(60_000);
        Reaction drop =
                connection -> {
                    OutputStream out = connection.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".getBytes());
                    while (true) {
                        out.write('x');
                        out.flush();
                        Thread.sleep(50);
                    }
                };
        for (Reaction reaction : List.of(never, drop)) {
            try (Server server = new Server(reaction)) {
                Instant began = Instant.now();
                Response end = transport.perform(Tls.test(), server.url("127.0.0.1"), 500);
                Duration took = Duration.between(began, Instant.now());
                assertEquals("unknown", end.toString());
                assertTrue(took.toMillis() >= 400 && took.toMillis() < 5_000, took.toString());
            }
        }
        // It takes the connection and never agrees on TLS.
        try (ServerSocket mute = new ServerSocket(0)) {
            String url = "https://127.0.0.1:" + mute.getLocalPort() + "/";
            assertTrue(transport.perform(Tls.test(), url, 500).isNotSent());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndlessAnswerIsReadUpToTheLimit(Transport transport) throws Exception {
        Reaction endless =
                connection -> {
                    OutputStream out = connection.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes());
                    while (true) {
                        out.write(new byte[1 << 20]);
                    }
                };
        try (Server server = new Server(endless)) {
            Response end = transport.perform(Tls.test(), server.url("127.0.0.1"), 60_000);
            int length = end.body().length;
            assertTrue(length > Response.MAX_BODY && length < Response.MAX_BODY + (1 << 20));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatAsksIsShownTheClientsCertificate(Transport transport) throws Exception {
        Certificates client = new Certificates(folder, "dns:client.example");
        Reaction shown =
                connection -> {
                    var peer = ((SSLSocket) connection).getSession().getPeerCertificates()[0];
                    boolean same = peer.equals(client.store().getCertificate("key"));
                    Server.answer(same ? 200 : 500, "").to(connection);
                };
        try (Server server = Server.secure(here.server(client), true, shown)) {
            Tls nobody = Tls.test(here.pem());
            Tls known = nobody.withIdentity(client.store(), Certificates.PASSWORD);
            assertEquals(200, transport.perform(known, server.url("127.0.0.1"), 10_000).status());
            assertFalse(transport.perform(nobody, server.url("127.0.0.1"), 10_000).isAnswered());
            assertEquals(1, server.requests.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptedThreadStaysInterruptedAndTheEndIsHonest(Transport transport) throws Exception {
        try (Server server = new Server(connection -> Thread.sleep(60_000))) {
            Thread caller = Thread.currentThread();
            new Thread(
                            () -> {
                                while (server.requests.isEmpty()) {
                                    Thread.onSpinWait();
                                }
                                caller.interrupt();
                            })
                    .start();
            Response end = transport.perform(Tls.test(), server.url("127.0.0.1"), 30_000);
            assertTrue(Thread.interrupted(), "the interruption is passed on");
            assertEquals("unknown", end.toString());
        }
    }

    @Test
    void anAnswerWithHalfAHeaderLineIsRefusedWhereItIsMade() {
        for (Map.Entry<String, String> half : List.of(line("Date", null), line(null, "x"))) {
            assertThrows(
                    NullPointerException.class,
                    () -> Response.answered(200, List.of(half), new byte[0]));
        }
    }

    private static Map.Entry<String, String> line(String name, String value) {
        return new SimpleImmutableEntry<>(name, value);
    }

    @Test
    void authoritiesAndKeysThatCannotBeReadAreRefused() {
        for (byte[] wrong : List.of(new byte[0], "no certificate".getBytes())) {
            StsException e = assertThrows(StsException.class, () -> Tls.test(wrong));
            assertEquals("CERTIFICATE", e.code());
        }
        char[] wrong = "wrong".toCharArray();
        StsException e =
                assertThrows(StsException.class, () -> Tls.test().withIdentity(here.store(), wrong));
        assertEquals("CERTIFICATE", e.code());
    }

    private static final class Careless implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
