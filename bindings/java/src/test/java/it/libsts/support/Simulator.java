package it.libsts.support;

import it.libsts.internal.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A running `sts-simulator` and its control interface. */
public final class Simulator implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Process process;
    private final Path folder;
    private final Map<String, Object> ready;

    /** Starts one with these options, beside those that every test needs. */
    @SuppressWarnings("unchecked")
    public Simulator(String... options) throws IOException {
        folder = Files.createTempDirectory("simulator");
        List<String> command = new ArrayList<>();
        command.addAll(List.of(Workspace.program("STS_SIMULATOR_PROGRAM"), "--cert-out", folder.toString()));
        command.addAll(List.of(options));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader lines = process.inputReader();
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("the simulator did not start");
        }
        ready = (Map<String, Object>) Json.parse(line);
    }

    /** Base of its services. */
    public String url() {
        return (String) ready.get("url");
    }

    /** The authority that signed its certificate, PEM. */
    public byte[] authority() throws IOException {
        return Files.readAllBytes(Path.of((String) ready.get("certificate")));
    }

    /** Settings of a holder in its environment. */
    public Map<String, Object> settings(Map<String, ?> profile) throws IOException {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("ambiente", "test");
        settings.put("endpoint", url());
        byte[] der = Files.readAllBytes(Path.of((String) ready.get("encryption_certificate")));
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        String frame = "-----%s CERTIFICATE-----\n";
        settings.put("certificate", frame.formatted("BEGIN") + base64 + "\n" + frame.formatted("END"));
        settings.put("profile", profile);
        return settings;
    }

    /** A request to the control interface; its answer. */
    public Object control(String method, String path, Object body) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(ready.get("control") + path))
                            .header("Content-Type", "application/json")
                            .method(
                                    method,
                                    method.equals("POST")
                                            ? BodyPublishers.ofString(Json.write(body))
                                            : BodyPublishers.noBody())
                            .build();
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(method + " " + path + ": " + answer.body());
            }
            return answer.body().isEmpty() ? null : Json.parse(answer.body());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it stores. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> documents() {
        return (List<Map<String, Object>>) control("GET", "/documents", null);
    }

    /** The next call of an operation meets this fault. */
    public void fault(Map<String, Object> fault, String operation) {
        control("POST", "/faults", Map.of("fault", fault, "operation", operation));
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
