package it.libsts;

import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.support.Part;
import it.libsts.support.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every question of `fixtures/vectors`, through `Sts`. */
class VectorsTest {
    private static int asked;

    @ParameterizedTest
    @MethodSource
    void everyQuestionHasItsAnswer(Path file) {
        List<String> wrong = new ArrayList<>();
        for (Object vector : (List<?>) Workspace.read(file).get("cases")) {
            Map<String, Object> fields = object(vector);
            asked++;
            Map<String, Object> answer = Sts.ask((String) fields.get("ask"), object(fields.get("question")));
            String why = Part.exact(fields.get("expect"), answer);
            if (why != null) {
                wrong.add(fields.get("id") + why);
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    static List<Path> everyQuestionHasItsAnswer() throws IOException {
        try (Stream<Path> files = Files.list(Workspace.fixture("vectors"))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    @AfterAll
    static void count() {
        System.out.println("counted: " + asked + " vectors");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }
}
