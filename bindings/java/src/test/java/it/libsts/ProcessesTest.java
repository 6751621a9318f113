package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.internal.Json;
import it.libsts.support.Database;
import it.libsts.support.Jvm;
import it.libsts.support.Practice;
import it.libsts.support.SimulatedHttp;
import it.libsts.support.Simulator;
import it.libsts.support.VirtualClock;
import it.libsts.support.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several at work on one practice, one of them killed in the middle of sending: each document once. */
class ProcessesTest {
    @TempDir Path folder;

    private static void assertEachOnce(Simulator simulator, int documents) {
        assertEquals(documents, simulator.documents().size());
        for (Map<String, Object> document : simulator.documents()) {
            assertEquals(1L, document.get("timesInserted"), "sent twice");
            assertEquals(false, document.get("cancelled"));
        }
    }

    @Test
    void twoJvmsOnOneFile() throws Exception {
        twoJvms(folder.resolve("practice.sqlite").toString());
    }

    @ParameterizedTest
    @EnumSource
    void twoJvmsOnOneServer(Database database) throws Exception {
        database.demand();
        database.source();
        twoJvms(database.name() + " " + database.database());
    }

    private void twoJvms(String store) throws Exception {
        try (Simulator simulator = new Simulator()) {
            Path settings = folder.resolve("settings.json");
            Files.writeString(settings, Json.write(simulator.settings(Practice.PROFILE)));
            Jvm jvm = Jvm.allowed(Map.of());
            assertEquals("saved", jvm.said(Worker.class, "save", store, settings.toString()));
            Process killed = jvm.start(Worker.class, "die", store, settings.toString());
            assertEquals("in the middle", killed.inputReader().readLine());
            assertEquals("sent", jvm.said(Worker.class, "send", store, settings.toString()));
            killed.destroyForcibly().waitFor();
            assertEquals("at rest", jvm.said(Worker.class, "rest", store, settings.toString()));
            assertEachOnce(simulator, Worker.DOCUMENTS);
        }
    }

    @Test
    void twoThreadsOfWhichOneNeverComesBack() throws Exception {
        MemoryStore store = new MemoryStore();
        VirtualClock clock = new VirtualClock(System.currentTimeMillis());
        try (Simulator simulator = new Simulator()) {
            SimulatedHttp http = new SimulatedHttp(simulator, clock);
            CountDownLatch left = new CountDownLatch(1);
            Http lost =
                    request -> {
                        Response end = http.perform(request);
                        if (!request.label().equals("Inserimento")) {
                            return end;
                        }
                        left.countDown();
                        Thread.sleep(Long.MAX_VALUE);
                        return end;
                    };
            Driver stuck = driver(simulator, store, clock, lost);
            Driver other = driver(simulator, store, clock, http);
            stuck.command(Practice.save("1", "2", "3"));
            Thread thread = new Thread(() -> stuck.command(Practice.send("1", "2", "3")));
            thread.setDaemon(true);
            thread.start();
            left.await();
            other.command(Practice.send("1", "2", "3"));
            rest(other, clock);
            for (String id : List.of("1", "2", "3")) {
                Map<?, ?> answer = other.command(Map.of("command", "document", "id", id));
                Object state = ((Map<?, ?>) answer.get("document")).get("state");
                assertTrue(state.toString().startsWith("accepted"), state.toString());
            }
            assertEachOnce(simulator, 3);
        }
    }

    @Test
    void twoThreadsOnOneDriverAndTwoDriversOnOneStore() throws Exception {
        MemoryStore store = new MemoryStore();
        try (Simulator simulator = new Simulator();
                Driver one = driver(simulator, store, Clock.SYSTEM, new UrlConnectionHttp(Tls.test()));
                Driver other = driver(simulator, store, Clock.SYSTEM, new HttpClientHttp(Tls.test()))) {
            Map<Thread, Throwable> failed = new HashMap<>();
            Thread[] threads = new Thread[6];
            for (int n = 0; n < threads.length; n++) {
                Driver mine = n % 2 == 0 ? one : other;
                String[] numbers = {n + "/a", n + "/b", "all"};
                threads[n] =
                        new Thread(
                                () -> {
                                    for (String number : numbers) {
                                        mine.command(Practice.save(number));
                                        mine.command(Practice.send(number));
                                        mine.tick();
                                    }
                                });
                threads[n].setUncaughtExceptionHandler((thread, why) -> failed.put(thread, why));
                threads[n].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertTrue(failed.isEmpty(), failed.toString());
            assertEachOnce(simulator, 13);
        }
    }

    private static Driver driver(Simulator simulator, Store store, Clock clock, Http http)
            throws Exception {
        return Driver.builder(simulator.settings(Practice.PROFILE))
                .credentials(Practice.CREDENTIALS)
                .store(store)
                .http(http)
                .clock(clock)
                .open();
    }

    private static void rest(Driver driver, VirtualClock clock) {
        Worker.rest(driver, clock);
    }
}
