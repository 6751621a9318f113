package it.libsts.internal;

import it.libsts.StsException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds libsts, once: the path a program gave, the file that the environment variable {@code
 * STS_LIBRARY} names, the copy in the jar, the system's loader, in this order. A path that was
 * given is the only one tried.
 */
public final class Loader {
    private static final String VARIABLE = "STS_LIBRARY";

    private static Path chosen;
    /** Where it came from, once it is loaded. */
    private static volatile String origin;

    private Loader() {}

    /**
     * Names the library to use, before anything else is called.
     *
     * @param library a file
     * @throws StsException {@code LIBRARY_LOADED} when another one is in use already
     */
    public static synchronized void choose(Path library) {
        Path absolute = library.toAbsolutePath();
        if (origin != null && !origin.equals(absolute.toString())) {
            throw new StsException(
                    "LIBRARY_LOADED",
                    null,
                    "libsts is in use already, from " + origin + ": name the library before any"
                            + " other call");
        }
        chosen = absolute;
    }

    /**
     * Loads the library if it is not loaded.
     *
     * @return where it came from
     * @throws StsException when it cannot be loaded; the message says what to do
     */
    public static String ready() {
        return origin != null ? origin : load();
    }

    private static synchronized String load() {
        if (origin == null) {
            try {
                Raw.start();
            } catch (LinkageError e) {
                throw Diagnosis.ofJna(e);
            }
            origin = find();
        }
        return origin;
    }

    private static String find() {
        String variable = System.getenv(VARIABLE);
        if (chosen != null) {
            return open(chosen, "Sts.library");
        } else if (variable != null && !variable.isEmpty()) {
            return open(new File(variable).toPath().toAbsolutePath(), VARIABLE);
        }
        List<String> tried = new ArrayList<>();
        tried.add("no path was given to Sts.library");
        tried.add("the environment variable " + VARIABLE + " is not set");
        String resource = "/" + Raw.platform() + "/" + System.mapLibraryName("sts");
        try (InputStream bundled = Loader.class.getResourceAsStream(resource)) {
            if (bundled != null) {
                return unpack(bundled, resource);
            }
        } catch (IOException e) {
            throw new StsException(
                    "LIBRARY_UNUSABLE",
                    null,
                    "the libsts in the jar cannot be unpacked to " + temporary() + ", see the system"
                            + " property java.io.tmpdir: " + e,
                    e);
        }
        tried.add("the jar has no " + resource);
        try {
            return bind("sts", "the system's loader");
        } catch (UnsatisfiedLinkError e) {
            tried.add("the system's loader does not know " + System.mapLibraryName("sts"));
        }
        throw new StsException(
                "LIBRARY_NOT_FOUND",
                null,
                "libsts was not found: " + String.join("; ", tried) + ". Put the file's path into "
                        + VARIABLE + ", or use the jar that brings it for " + Raw.platform());
    }

    private static String open(Path file, String source) {
        if (!Files.isRegularFile(file)) {
            String message = "there is no file " + file + ", which " + source + " names";
            throw new StsException("LIBRARY_NOT_FOUND", null, message);
        }
        bind(file, file.toString());
        return file.toString();
    }

    /** A copy on disk, for the system opens files only; it is gone as soon as it is loaded. */
    private static String unpack(InputStream bundled, String resource) throws IOException {
        Path folder = Files.createTempDirectory("libsts");
        Path file = folder.resolve(System.mapLibraryName("sts"));
        try {
            Files.copy(bundled, file, StandardCopyOption.REPLACE_EXISTING);
            bind(file, "the jar (" + resource + ")");
        } finally {
            // Windows keeps a file that is in use: it goes when the program ends, if it can.
            if (!file.toFile().delete() | !folder.toFile().delete()) {
                folder.toFile().deleteOnExit();
                file.toFile().deleteOnExit();
            }
        }
        return "the jar (" + resource + ")";
    }

    private static void bind(Path file, String shown) {
        try {
            bind(file.toString(), shown);
        } catch (UnsatisfiedLinkError e) {
            throw Diagnosis.ofFile(file, shown, e);
        }
    }

    private static String bind(String library, String shown) {
        int abi = Raw.bind(library);
        if (abi != Raw.ABI) {
            throw new StsException(
                    "LIBRARY_ABI",
                    null,
                    "libsts from " + shown + " has ABI " + abi + ", this jar needs ABI " + Raw.ABI
                            + ": install the libsts and the it.libsts of one version");
        }
        return shown;
    }

    private static String temporary() {
        return System.getProperty("java.io.tmpdir");
    }
}
