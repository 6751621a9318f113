package it.libsts.support;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Another JVM, of the kind that runs the test. */
public final class Jvm {
    private final List<String> options = new ArrayList<>();
    private final Map<String, String> environment;
    private List<Path> path = path();

    /** With these variables beside those of this process. */
    public Jvm(Map<String, String> environment) {
        this.environment = environment;
    }

    /** One that may load native libraries, where that needs a word. */
    public static Jvm allowed(Map<String, String> environment) {
        Jvm jvm = new Jvm(environment);
        return Runtime.version().feature() < 24 ? jvm : jvm.with("--enable-native-access=ALL-UNNAMED");
    }

    /** The class path of the tests. */
    public static List<Path> path() {
        String here = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(here.split(File.pathSeparator)).map(Path::of).toList();
    }

    /** Options of the JVM. */
    public Jvm with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Another class path. */
    public Jvm on(List<Path> path) {
        this.path = path;
        return this;
    }

    /** Starts a class. */
    public Process start(Class<?> main, String... arguments) throws IOException {
        return start(main.getName(), arguments);
    }

    /** Starts the class of this name. */
    public Process start(String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(options);
        String joined = String.join(File.pathSeparator, path.stream().map(Path::toString).toList());
        command.addAll(List.of("-cp", joined, main));
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().putAll(environment);
        return process.start();
    }

    /** What a class prints until it ends. */
    public String said(Class<?> main, String... arguments) throws IOException {
        return said(start(main, arguments));
    }

    /** What a process prints until it ends. */
    public static String said(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes()).strip();
    }
}
