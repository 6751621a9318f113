package it.libsts.support;

import it.libsts.Credentials;
import it.libsts.Engine;
import it.libsts.Response;
import it.libsts.Sts;
import it.libsts.StsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Calls libsts in every way, many times, and says by how much the process has grown meanwhile. */
public final class Leak {
    private static final int CALLS = 10_000;

    private Leak() {}

    /** Prints the growth. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Object> profile = Workspace.read(Workspace.fixture("start/profile.json"));
        Map<String, Object> invoice = Workspace.read(Workspace.fixture("start/invoice.json"));
        Map<String, Object> settings = Map.of("ambiente", "test", "profile", profile);
        Map<String, Object> check = Map.of("settings", settings, "invoice", invoice, "now", 1795424400000L);
        calls(CALLS / 2, settings, check);
        long before = resident();
        calls(CALLS, settings, check);
        System.out.println(resident() - before + " KiB in " + CALLS + " calls");
    }

    private static void calls(int calls, Map<String, Object> settings, Map<String, Object> check) {
        // Eight calls of the library in each round, counting the last, which frees the engine.
        for (int n = 0; n < calls / 8; n++) {
            Sts.ask("check", check);
            try {
                Sts.ask("nothing", check);
                throw new IllegalStateException("nothing is no question");
            } catch (StsException e) {
                // As it should be.
            }
            try (Engine engine = new Engine(settings)) {
                engine.setCredentials(new Credentials("PSCPRV80A01X999I", "Prova.0000", "9000000001"));
                engine.tick(1795424400000L);
                Response answer = Response.answered(200, List.of(), new byte[4_096]);
                try {
                    engine.response(1795424400000L, "no such request", answer);
                } catch (StsException e) {
                    // Refused or not, its result is freed.
                }
                engine.reopen();
                engine.finish(1795424400000L);
            }
        }
    }

    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("this system does not tell");
    }
}
