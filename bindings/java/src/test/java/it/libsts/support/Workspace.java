package it.libsts.support;

import it.libsts.internal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where the fixtures and the programs of the workspace are. */
public final class Workspace {
    private Workspace() {}

    /** A file or folder of `fixtures`. */
    public static Path fixture(String name) {
        // Maven runs tests in the folder of the pom.
        Path path = Path.of("../../fixtures").resolve(name).normalize();
        if (!Files.exists(path)) {
            throw new IllegalStateException(path + " is not there: run the tests in bindings/java");
        }
        return path;
    }

    /** The JSON object in a file. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> read(Path file) {
        try {
            return (Map<String, Object>) Json.parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program that tests/run built. */
    public static String program(String variable) {
        String program = System.getenv(variable);
        if (program == null) {
            throw new IllegalStateException(variable + " names no program: use tests/run java");
        }
        return program;
    }
}
