package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.support.Practice;
import it.libsts.support.SimulatedHttp;
import it.libsts.support.Simulator;
import it.libsts.support.VirtualClock;
import it.libsts.types.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class DriverTest {
    private static Simulator simulator;

    private final VirtualClock clock = new VirtualClock(System.currentTimeMillis());
    private final MemoryStore store = new MemoryStore();
    private final List<String> told = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        simulator = new Simulator();
    }

    @AfterAll
    static void stop() throws IOException {
        simulator.close();
    }

    @BeforeEach
    void reset() {
        simulator.control("POST", "/reset", Map.of());
    }

    private Driver.Builder builder() throws IOException {
        return Driver.builder(simulator.settings(Practice.PROFILE))
                .credentials(Practice.CREDENTIALS)
                .store(store)
                .http(new UrlConnectionHttp(Tls.test()))
                .events(event -> told.add(kind(event)))
                .clock(clock);
    }

    private static String kind(Event event) {
        return (String) ((Map<?, ?>) event.toJson()).get("event");
    }

    private static StsException refused(String code, Executable call) {
        StsException e = assertThrows(StsException.class, call);
        assertEquals(code, e.code(), e.toString());
        return e;
    }

    private Object state(Driver driver, String id) {
        Map<?, ?> answer = driver.command(Map.of("command", "document", "id", id));
        Object state = ((Map<?, ?>) answer.get("document")).get("state");
        // The simulator has its doubts about some amounts.
        return state.equals("accepted_with_warnings") ? "accepted" : state;
    }

    /** Lets time pass until nothing is left to do. */
    private void rest(Driver driver) {
        long end = clock.now() + 2 * 86_400_000;
        driver.tick();
        while (driver.wakeAt().isPresent() && driver.wakeAt().get().toEpochMilli() <= end) {
            clock.waitUntil(driver.wakeAt().get().toEpochMilli());
            driver.tick();
        }
    }

    private void assertEachOnce(int documents) {
        assertEquals(documents, simulator.documents().size());
        for (Map<String, Object> document : simulator.documents()) {
            assertEquals(1L, document.get("timesInserted"));
        }
    }

    @Test
    void anInvoiceIsAcceptedOverTlsByEitherTransport() throws Exception {
        try (Simulator secure = new Simulator("--tls")) {
            Tls tls = Tls.test(secure.authority());
            int n = 0;
            for (Http http : List.of(new UrlConnectionHttp(tls), new HttpClientHttp(tls))) {
                String number = String.valueOf(++n);
                try (Driver driver =
                        Driver.builder(secure.settings(Practice.PROFILE))
                                .credentials(Practice.CREDENTIALS)
                                .store(new MemoryStore())
                                .http(http)
                                .open()) {
                    driver.command(Practice.save(number));
                    driver.command(Practice.send(number));
                    assertEquals("accepted", state(driver, number));
                }
            }
            assertEquals(2, secure.documents().size());
        }
    }

    @Test
    void aTransportThatThrowsLosesNothingAndSaysSo() throws Exception {
        SimulatedHttp http = new SimulatedHttp(simulator, clock);
        AtomicInteger sent = new AtomicInteger();
        Http throwing =
                request -> {
                    Response end = http.perform(request);
                    if (!request.label().equals("Inserimento")) {
                        return end;
                    }
                    // After it left, and in every way that Java has.
                    switch (sent.incrementAndGet()) {
                        case 1 -> throw new IOException("the line is dead");
                        case 2 -> throw new StackOverflowError();
                        case 3 -> {
                            return null;
                        }
                        default -> {
                            return end;
                        }
                    }
                };
        for (int n = 1; n <= 3; n++) {
            String number = String.valueOf(n);
            try (Driver driver = builder().http(throwing).open()) {
                driver.command(Practice.save(number));
                sent.set(n - 1);
                StsException e = refused("HTTP_CALLBACK", () -> driver.command(Practice.send(number)));
                assertTrue(e.getMessage().contains("counts as unknown"), e.getMessage());
                assertEquals(n == 3, e.getCause() == null);
                assertEquals("unknown", state(driver, number), number + " " + e);
                rest(driver);
                assertEquals("accepted", state(driver, number));
            }
        }
        assertEachOnce(3);
    }

    @Test
    void anEventThatWasNotTakenComesAgainAndAllElseIsDone() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Events once =
                event -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("no room");
                    }
                    told.add(kind(event));
                };
        try (Driver driver = builder().events(once).open()) {
            driver.command(Practice.save("1"));
            StsException e = refused("EVENTS_CALLBACK", () -> driver.command(Practice.send("1")));
            assertTrue(e.getCause() instanceof IllegalStateException);
            assertEquals("accepted", state(driver, "1"));
            driver.tick();
            assertEquals(List.of("credentials_accepted", "document_accepted"), told);
        }
        assertEachOnce(1);
    }

    @Test
    void aCallbackDoesNotCallIntoItsDriver() throws Exception {
        AtomicReference<Driver> self = new AtomicReference<>();
        List<String> codes = new ArrayList<>();
        Events curious =
                event -> {
                    List<Runnable> calls = List.of(() -> self.get().tick(), () -> self.get().close());
                    for (Runnable call : calls) {
                        codes.add(assertThrows(StsException.class, call::run).code());
                    }
                };
        try (Driver driver = builder().events(curious).open()) {
            self.set(driver);
            driver.command(Practice.save("1"));
            driver.command(Practice.send("1"));
        }
        assertEquals(List.of("BUSY", "BUSY", "BUSY", "BUSY"), codes);
    }

    @Test
    void aStoreThatDoesNotCommitIsFoundOutBeforeAnythingLeaves() throws Exception {
        Store forgetful =
                new Store() {
                    @Override
                    public List<byte[]> get(List<String> keys) {
                        return store.get(keys);
                    }

                    @Override
                    public List<Entry> scan(String from, String to, long limit) {
                        return store.scan(from, to, limit);
                    }

                    @Override
                    public Commit commit(long expected, List<Write> writes) {
                        return Commit.DONE;
                    }
                };
        try (Driver driver = builder().store(forgetful).open()) {
            for (int i = 0; i < 2; i++) {
                StsException e =
                        refused("STORE_NOT_COMMITTING", () -> driver.command(Practice.save("1")));
                assertTrue(e.getMessage().contains("Nothing was sent"), e.getMessage());
            }
        }
        assertEachOnce(0);
    }

    @Test
    void aStoreThatFailsIsReportedAndAnAnswerIsKeptAllTheSame() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        IOException why = new IOException("disk full");
        Store failing =
                new Store() {
                    @Override
                    public List<byte[]> get(List<String> keys) {
                        return store.get(keys);
                    }

                    @Override
                    public List<Entry> scan(String from, String to, long limit) {
                        return store.scan(from, to, limit);
                    }

                    @Override
                    public Commit commit(long expected, List<Write> writes) throws IOException {
                        if (failures.getAndDecrement() > 0) {
                            throw why;
                        }
                        return store.commit(expected, writes);
                    }
                };
        SimulatedHttp http = new SimulatedHttp(simulator, clock);
        Http thenFailing =
                request -> {
                    Response end = http.perform(request);
                    failures.set(4);
                    return end;
                };
        try (Driver driver = builder().store(failing).http(thenFailing).open()) {
            failures.set(1);
            StsException e = refused("STORE", () -> driver.command(Practice.save("1")));
            assertSame(why, e.getCause());
            driver.command(Practice.save("1"));
            // Four failures to take the answer are survived.
            driver.command(Practice.send("1"));
            assertEquals("accepted", state(driver, "1"));
        }
        assertEachOnce(1);
    }

    @Test
    void aRaceLostForEverIsGivenUp() throws Exception {
        Store contended =
                new Store() {
                    @Override
                    public List<byte[]> get(List<String> keys) {
                        return store.get(keys);
                    }

                    @Override
                    public List<Entry> scan(String from, String to, long limit) {
                        return store.scan(from, to, limit);
                    }

                    @Override
                    public Commit commit(long expected, List<Write> writes) {
                        return Commit.CONFLICT;
                    }
                };
        Driver driver = builder().store(contended).open();
        refused("CONTENTION", () -> driver.command(Practice.save("1")));
    }

    @Test
    void aStoreThatAnswersWronglyIsAnError() throws Exception {
        Store empty =
                new Store() {
                    @Override
                    public List<byte[]> get(List<String> keys) {
                        return List.of();
                    }

                    @Override
                    public List<Entry> scan(String from, String to, long limit) {
                        return List.of();
                    }

                    @Override
                    public Commit commit(long expected, List<Write> writes) {
                        return Commit.DONE;
                    }
                };
        Driver driver = builder().store(empty).open();
        refused("READING", driver::tick);
    }

    @Test
    void aCommitWhoseEndIsNotToldIsAFailure() throws Exception {
        Store silent =
                new Store() {
                    @Override
                    public List<byte[]> get(List<String> keys) {
                        return store.get(keys);
                    }

                    @Override
                    public List<Entry> scan(String from, String to, long limit) {
                        return store.scan(from, to, limit);
                    }

                    @Override
                    public Commit commit(long expected, List<Write> writes) {
                        return null;
                    }
                };
        try (Driver driver = builder().store(silent).open()) {
            StsException e = refused("STORE", () -> driver.command(Practice.save("1")));
            assertTrue(e.getMessage().contains("Store.commit gave null"), e.getMessage());
        }
    }

    @Test
    void anEventIsNotTakenAsDeliveredWhateverIsThrownBefore() throws Exception {
        Events refusing =
                event -> {
                    throw new IllegalStateException("no room");
                };
        try (Driver driver = builder().events(refusing).open()) {
            driver.command(Practice.save("1"));
            refused("EVENTS_CALLBACK", () -> driver.command(Practice.send("1")));
        }
        Map<String, Object> settings = simulator.settings(Practice.PROFILE);
        Events telling = event -> told.add(kind(event));
        try (Loop loop =
                new Loop(settings, null, store, request -> Response.notSent(), telling, clock)) {
            Loop.Input breaking =
                    (engine, now) -> {
                        Step step = engine.tick(now);
                        if (step.actions() != null) {
                            throw new OutOfMemoryError("on purpose");
                        }
                        return step;
                    };
            assertThrows(OutOfMemoryError.class, () -> loop.run(breaking));
            loop.run(Engine::tick);
        }
        assertEquals(List.of("credentials_accepted", "document_accepted"), told);
    }

    @Test
    void whatTheEngineRefusesHasCodeAndPath() throws Exception {
        StsException e = refused("SETTINGS", () -> Driver.builder(Map.of("ambiente", "test"))
                .store(store).http(request -> Response.notSent()).open());
        assertEquals("/profile", e.path());
        try (Driver driver = builder().open()) {
            e = refused("COMMAND", () -> driver.command(Map.of("command", "save", "invoices", List.of(1))));
            assertTrue(e.path().startsWith("/invoices"), e.path());
            assertEquals("COMMAND at " + e.path() + ": " + e.getMessage(), e.toString());
        }
    }

    @Test
    void aTransportForTestsIsNotForProduction() throws Exception {
        Map<String, Object> settings = simulator.settings(Practice.PROFILE);
        settings.put("ambiente", "produzione");
        for (Http http : List.of(new UrlConnectionHttp(Tls.test()), new HttpClientHttp(Tls.test()))) {
            StsException e = refused("SETTINGS", () -> Driver.builder(settings).store(store).http(http).open());
            assertEquals("/ambiente", e.path());
        }
    }

    @Test
    void anInterruptionInACallbackIsPassedOn() throws Exception {
        Http interrupted =
                request -> {
                    throw new InterruptedException();
                };
        try (Driver driver = builder().http(interrupted).open()) {
            driver.command(Practice.save("1"));
            refused("HTTP_CALLBACK", () -> driver.command(Practice.send("1")));
            assertTrue(Thread.interrupted(), "the thread stays interrupted");
        }
    }

    @Test
    void closingTwiceIsHarmlessAndUsingAfterwardsIsAnError() throws Exception {
        Driver driver = builder().open();
        driver.close();
        driver.close();
        refused("CLOSED", driver::tick);
        refused("CLOSED", () -> driver.setCredentials(null));
        Engine engine = new Engine(simulator.settings(Practice.PROFILE));
        engine.close();
        engine.close();
        refused("CLOSED", () -> engine.tick(0));
        refused("CLOSED", engine::reopen);
    }

    @Test
    void closingWaitsForTheThreadThatIsInside() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Http slow =
                request -> {
                    inside.countDown();
                    goOn.await();
                    return Response.notSent();
                };
        Driver driver = builder().http(slow).open();
        driver.command(Practice.save("1"));
        Thread sending = new Thread(() -> driver.command(Practice.send("1")));
        sending.start();
        inside.await();
        Thread closing = new Thread(driver::close);
        closing.start();
        closing.join(200);
        assertTrue(closing.isAlive(), "the driver is still in use");
        goOn.countDown();
        sending.join();
        closing.join();
        refused("CLOSED", driver::tick);
    }

    @Test
    void anEngineTakesOneThreadAtATimeAndClosesInBetween() throws Exception {
        for (int round = 0; round < 20; round++) {
            Engine engine = new Engine(simulator.settings(Practice.PROFILE));
            List<Thread> threads = new ArrayList<>();
            AtomicInteger closed = new AtomicInteger();
            for (int n = 0; n < 4; n++) {
                Thread thread =
                        new Thread(
                                () -> {
                                    try {
                                        while (true) {
                                            engine.tick(clock.now());
                                        }
                                    } catch (StsException e) {
                                        closed.addAndGet(e.code().equals("CLOSED") ? 1 : 100);
                                    }
                                });
                threads.add(thread);
                thread.start();
            }
            Thread.sleep(5);
            engine.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(4, closed.get());
        }
    }

    @Test
    void nothingSecretIsShown() throws Exception {
        List<Object> shown = new ArrayList<>();
        SimulatedHttp http = new SimulatedHttp(simulator, clock);
        Http showing =
                request -> {
                    shown.add(request);
                    Response end = http.perform(request);
                    shown.add(end);
                    return end;
                };
        try (Driver driver = builder().http(showing).open()) {
            shown.add(driver.command(Practice.save("1")));
            shown.add(driver.command(Practice.send("1")));
            shown.addAll(List.of(driver, store, Practice.CREDENTIALS));
            shown.add(refused("ARGUMENT", () -> driver.setCredentials(
                    new Credentials("PSCPRV80A01X999I", "Prova\u0000.0000", "9000000001"))));
        }
        for (String secret : List.of("PSCPRV80A01X999I", "Prova", "9000000001", "PZNPRV80A01X999E")) {
            assertFalse((shown + " " + told).contains(secret), "a secret is shown");
        }
    }
}
