package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.support.Jvm;
import it.libsts.support.Practice;
import it.libsts.support.Simulator;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example does what it says. */
class ExampleTest {
    @TempDir Path folder;

    /** The example, compiled. */
    private Jvm example(Map<String, String> environment) {
        List<Path> path = new ArrayList<>(Jvm.path());
        path.add(folder);
        return Jvm.allowed(environment).on(path);
    }

    private String said(Map<String, String> environment, String typed) throws Exception {
        Process example =
                example(environment).start("Practice", folder.resolve("practice.sqlite").toString());
        try (OutputStream in = example.getOutputStream()) {
            in.write(typed.getBytes());
        }
        return Jvm.said(example);
    }

    /** Also when nothing is under way and the next look at what is due is minutes away. */
    private void endsWithItsInput(Map<String, String> environment) throws Exception {
        Process resting = example(environment).start("Practice", folder.resolve("other.sqlite").toString());
        try (OutputStream in = resting.getOutputStream()) {
            in.write("what\n".getBytes());
            in.flush();
            // Carried out after the first look.
            assertEquals('s', resting.getInputStream().read());
        }
        boolean ended = resting.waitFor(60, TimeUnit.SECONDS);
        resting.destroyForcibly();
        assertTrue(ended, "the example ends with its input");
    }

    @Test
    void theExampleHasAnInvoiceAcceptedAndSendsNothingTwice() throws Exception {
        Path source = Path.of("examples/Practice.java");
        assertTrue(Files.readAllLines(source).size() < 150, "the example is short");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String path = String.join(File.pathSeparator, Jvm.path().stream().map(Path::toString).toList());
        assertEquals(
                0, compiler.run(null, null, null, "-d", folder.toString(), "-cp", path, source.toString()));
        try (Simulator simulator = new Simulator()) {
            Map<String, Object> settings = simulator.settings(Practice.PROFILE);
            Path certificate = folder.resolve("certificate.pem");
            Files.writeString(certificate, (String) settings.get("certificate"));
            Map<String, String> environment = new LinkedHashMap<>();
            environment.put("STS_ENDPOINT", simulator.url());
            environment.put("STS_CERTIFICATE", certificate.toString());
            environment.put("STS_USERNAME", Practice.CREDENTIALS.username);
            environment.put("STS_PASSWORD", Practice.CREDENTIALS.password);
            environment.put("STS_PINCODE", Practice.CREDENTIALS.pincode);
            String said = said(environment, "save 1 60.00 PZNPRV80A01X999E\nsend\nlist\n");
            assertTrue(said.contains("1: SEND\n"), said);
            assertTrue(said.contains("accepted: 1\n"), said);
            assertTrue(said.contains("1 [1] ACCEPTED"), said);
            said = said(environment, "automatic\nsend\nsave x\nlist");
            assertTrue(said.lines().filter(line -> line.contains("[1]")).count() == 1, said);
            assertEquals(1, simulator.documents().size());
            assertEquals(1L, simulator.documents().get(0).get("timesInserted"));
            endsWithItsInput(environment);
        }
    }
}
