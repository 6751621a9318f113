package it.libsts.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import it.libsts.Credentials;
import it.libsts.Driver;
import it.libsts.MemoryStore;
import it.libsts.StsException;
import it.libsts.internal.Json;
import it.libsts.types.Answer;
import it.libsts.types.UnknownAnswer;
import it.libsts.types.UnknownEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Plays one file of `fixtures/scenarios`; the folder's README is the form's definition. */
public final class Scenario implements AutoCloseable {
    private final Map<String, Object> file;
    private final VirtualClock clock;
    private final Simulator simulator;
    private final SimulatedHttp http;
    private Credentials credentials;
    private Driver driver;
    /** By number. */
    private final Map<Object, Map<String, Object>> events = new LinkedHashMap<>();
    /** Whatever was printed or could be. */
    private final StringBuilder seen = new StringBuilder();
    private String at;

    /** Sets the scene: the simulator and the practice, over an empty store. */
    public Scenario(Path path) throws IOException {
        file = Workspace.read(path);
        String start = (String) file.get("start");
        clock = new VirtualClock(Instant.parse(start).toEpochMilli());
        Path setup = Files.createTempFile("setup", ".json");
        Files.writeString(setup, Json.write(file.getOrDefault("simulator", Map.of())));
        simulator = new Simulator("--clock", start, "--setup", setup.toString());
        Files.delete(setup);
        http = new SimulatedHttp(simulator, clock);
        credentials = written(file.get("credentials"));
        begin();
    }

    /** Plays it; what does not hold fails with the step. */
    public void play() throws Exception {
        int n = 0;
        for (Object step : (List<?>) file.get("steps")) {
            Map<String, Object> fields = object(step);
            at = file.get("name") + ", step " + n++ + " " + fields.getOrDefault("comment", "");
            play(fields);
        }
        for (Object secret : object(file.get("credentials")).values()) {
            // The user name of a practice is a tax code.
            assertFalse(seen.toString().contains((String) secret), "a secret is seen");
        }
    }

    private void play(Map<String, Object> step) throws Exception {
        Set<String> does = new TreeSet<>(step.keySet());
        does.removeAll(Set.of("comment", "answer", "error"));
        assertEquals(1, does.size(), at + ": a step does one thing");
        String what = does.iterator().next();
        Object value = step.get(what);
        switch (what) {
            case "command" -> command(step);
            case "advance" -> {
                clock.advance((Long) value);
                driver.tick();
            }
            case "rest" -> rest((Long) value);
            case "control" -> {
                http.tellTime();
                Map<String, Object> call = object(value);
                simulator.control((String) call.get("method"), (String) call.get("path"), call.get("body"));
            }
            case "credentials" -> {
                credentials = written(value);
                driver.setCredentials(credentials);
            }
            case "network" -> http.setDown(value.equals("down"));
            case "store" -> begin();
            case "expect" -> object(value).forEach(this::expect);
            default -> fail(at + ": nobody knows what " + what + " is");
        }
    }

    private static Credentials written(Object json) {
        Map<String, Object> fields = object(json);
        return new Credentials(
                (String) fields.get("user"), (String) fields.get("password"), (String) fields.get("pincode"));
    }

    /** A driver over an empty store. */
    private void begin() throws IOException {
        if (driver != null) {
            driver.close();
        }
        events.clear();
        Map<String, Object> settings = simulator.settings(object(file.get("profile")));
        if (file.containsKey("policy")) {
            settings.put("policy", file.get("policy"));
        }
        driver =
                Driver.builder(settings)
                        .credentials(credentials)
                        .store(new MemoryStore())
                        .http(http)
                        .clock(clock)
                        .events(
                                event -> {
                                    assertFalse(event instanceof UnknownEvent, at);
                                    seen.append(event).append(event.toJson());
                                    Object before = events.put(event.number(), object(event.toJson()));
                                    assertNull(before, "each number once");
                                })
                        .open();
    }

    private void command(Map<String, Object> step) throws IOException {
        Map<String, Object> answer;
        try {
            answer = driver.command(object(step.get("command")));
        } catch (StsException e) {
            seen.append(e);
            assertTrue(step.containsKey("error"), at + ": " + e);
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("code", e.code());
            found.put("path", e.path());
            hold(step.get("error"), found, "/error");
            return;
        }
        assertFalse(step.containsKey("error"), at + ": there is no error");
        if (answer.get("receipts") instanceof Map<?, ?> receipts) {
            assertEquals(receipts.get("entries"), names((byte[]) receipts.get("zip")), at);
        }
        seen.append(answer);
        Object wanted = step.getOrDefault("answer", Map.of());
        hold(wanted, answer, "/answer");
        // What the types make of an answer says the same.
        Answer typed = Answer.fromJson(answer);
        assertFalse(typed instanceof UnknownAnswer, at);
        hold(wanted, typed.toJson(), "/typed");
    }

    /** What is inside an archive of the archive has its name before a slash. */
    private static List<String> names(byte[] zip) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    private void rest(long days) {
        long end = clock.now() + Duration.ofDays(days).toMillis();
        for (int round = 0; round < 10_000; round++) {
            driver.tick();
            long wake = driver.wakeAt().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
            if (wake > end) {
                return;
            }
            assertTrue(wake > clock.now(), at + ": the engine wakes in the past");
            clock.waitUntil(wake);
        }
        fail(at + ": no rest within 10 000 rounds");
    }

    private void expect(String what, Object wanted) {
        switch (what) {
            case "documents" ->
                    object(wanted)
                            .forEach(
                                    (id, document) -> {
                                        Map<String, ?> ask = Map.of("command", "document", "id", id);
                                        Object found = driver.command(ask).get("document");
                                        hold(document, found, "/documents/" + id);
                                    });
            case "registry" -> hold(wanted, registry(), "/registry");
            case "events" ->
                    object(wanted)
                            .forEach(
                                    (kind, count) -> {
                                        long found =
                                                events.values().stream()
                                                        .filter(event -> event.get("event").equals(kind))
                                                        .count();
                                        assertEquals(count, found, at + ": events " + kind);
                                    });
            case "told" -> {
                for (Object event : (List<?>) wanted) {
                    boolean told =
                            events.values().stream().anyMatch(e -> Part.difference(event, e, "") == null);
                    assertTrue(told, at + ": nothing like " + event + " in " + events.values());
                }
            }
            case "service" -> hold(wanted, simulator.documents(), "/service");
            case "requests" -> assertEquals(new TreeMap<>(object(wanted)), calls(), at);
            case "wrongLogins" -> assertEquals(wanted, wrongLogins(), at);
            default -> fail(at + ": nobody knows what " + what + " is");
        }
    }

    private void hold(Object wanted, Object found, String where) {
        assertNull(Part.difference(wanted, found, where), at);
    }

    /** Newest first. */
    private List<Object> registry() {
        List<Object> rows = new ArrayList<>();
        Object after = null;
        do {
            Map<String, Object> list = new LinkedHashMap<>(Map.of("command", "list", "limit", 50));
            list.put("after", after);
            Map<String, Object> answer = driver.command(list);
            rows.addAll((List<?>) answer.get("transmissions"));
            after = answer.get("next");
        } while (after != null);
        return rows;
    }

    private Map<String, Object> calls() {
        Map<String, Object> calls = new TreeMap<>();
        for (Object call : (List<?>) simulator.control("GET", "/log", null)) {
            Object operation = object(call).get("operation");
            String name = operation == null ? "unreadable" : (String) operation;
            calls.merge(name, 1L, (a, b) -> (Long) a + (Long) b);
        }
        return calls;
    }

    private Object wrongLogins() {
        Object user = object(file.get("credentials")).get("user");
        Object digest = object(simulator.control("POST", "/digest", Map.of("text", user))).get("digest");
        for (Object known : (List<?>) simulator.control("GET", "/users", null)) {
            if (object(known).get("user").equals(digest)) {
                return object(known).get("wrongLogins");
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    @Override
    public void close() throws IOException {
        driver.close();
        simulator.close();
    }
}
