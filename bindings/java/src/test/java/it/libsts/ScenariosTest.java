package it.libsts;

import it.libsts.support.Scenario;
import it.libsts.support.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of `fixtures/scenarios`, over the binding, at a virtual time, against the simulator. */
class ScenariosTest {
    @ParameterizedTest
    @MethodSource
    void scenarios(Path file) throws Exception {
        try (Scenario scenario = new Scenario(file)) {
            scenario.play();
        }
    }

    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(Workspace.fixture("scenarios"))) {
            List<Path> all =
                    files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
            System.out.println("counted: " + all.size() + " scenarios");
            return all;
        }
    }
}
