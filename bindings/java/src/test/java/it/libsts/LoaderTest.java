package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.support.Asker;
import it.libsts.support.Jvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libsts is looked for, and what a newcomer is told: each in a JVM of its own. */
class LoaderTest {
    private static final boolean WARNS = Runtime.version().feature() >= 24;

    @TempDir static Path folder;
    private static Path library;
    /** The class path without the jar's library. */
    private static final List<Path> BARE = new ArrayList<>();

    @BeforeAll
    static void withoutTheLibrary() throws Exception {
        library = folder.resolve(System.mapLibraryName("sts"));
        for (Path entry : Jvm.path()) {
            if (!entry.getFileName().toString().matches("libsts-.*\\.jar")) {
                BARE.add(entry);
                continue;
            }
            Path bare = folder.resolve("bare.jar");
            BARE.add(bare);
            try (ZipInputStream in = new ZipInputStream(Files.newInputStream(entry));
                    ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(bare))) {
                for (ZipEntry file = in.getNextEntry(); file != null; file = in.getNextEntry()) {
                    if (file.getName().endsWith("/" + library.getFileName())) {
                        Files.copy(in, library);
                    } else {
                        out.putNextEntry(new ZipEntry(file.getName()));
                        in.transferTo(out);
                    }
                }
            }
        }
        assertTrue(Files.exists(library), "the tests run against the jar, which has the library");
    }

    private static Jvm jvm(Map<String, String> environment) {
        return Jvm.allowed(environment);
    }

    private static String said(String code, Jvm jvm, String... arguments) throws Exception {
        String said = jvm.said(Asker.class, arguments);
        assertTrue(said.startsWith(code), said);
        assertEquals(1, said.lines().count(), said);
        return said;
    }

    private static void contains(String part, String said) {
        assertTrue(said.contains(part), said);
    }

    @Test
    void theJarBringsItAndLeavesNothingBehind() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Jvm jvm = jvm(Map.of()).with("-Djava.io.tmpdir=" + temporary);
        contains("the jar (/", said("loaded from", jvm));
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.filter(file -> file.toString().contains("libsts")).toList());
        }
    }

    @Test
    void aPathInTheProgramComesBeforeTheVariableAndThatBeforeTheJar() throws Exception {
        Path other = Files.copy(library, folder.resolve("other.so"));
        contains(library.toString(), said("loaded from", jvm(Map.of("STS_LIBRARY", library.toString()))));
        Jvm both = jvm(Map.of("STS_LIBRARY", library.toString()));
        contains(other.toString(), said("loaded from", both, other.toString()));
    }

    @Test
    void theSystemsLoaderComesLast() throws Exception {
        Map<String, String> variables = Map.of("LD_LIBRARY_PATH", folder.toString());
        contains("the system's loader", said("loaded from", jvm(variables).on(BARE)));
    }

    @Test
    void whatIsNowhereIsToldWithThePlacesTried() throws Exception {
        String said = said("LIBRARY_NOT_FOUND", jvm(Map.of()).on(BARE));
        for (String place : List.of("Sts.library", "STS_LIBRARY is not set", "the jar has no /", "system's")) {
            contains(place, said);
        }
        contains("Put the file's path into STS_LIBRARY", said);
    }

    @Test
    void aPathThatIsNotThereIsTheOnlyOneTried() throws Exception {
        String missing = folder.resolve("missing.so").toString();
        String said = said("LIBRARY_NOT_FOUND", jvm(Map.of("STS_LIBRARY", missing)));
        contains(missing + ", which STS_LIBRARY names", said);
        said = said("LIBRARY_NOT_FOUND", jvm(Map.of()), missing);
        contains(missing + ", which Sts.library names", said);
    }

    @Test
    void anotherProcessorIsToldWithBoth() throws Exception {
        byte[] bytes = Files.readAllBytes(library);
        boolean arm = bytes[18] == (byte) 183;
        bytes[18] = (byte) (arm ? 62 : 183);
        Path other = Files.write(folder.resolve("processor.so"), bytes);
        String said = said("LIBRARY_ARCHITECTURE", jvm(Map.of()), other.toString());
        contains("is for " + (arm ? "x86-64" : "arm64"), said);
        contains("this Java runs on " + (arm ? "arm64" : "x86-64"), said);
    }

    @Test
    void aFileThatIsNoLibraryOrAnotherOneIsToldAsSuch() throws Exception {
        Path text = Files.writeString(folder.resolve("text.so"), "no library".repeat(100));
        contains("is not a library", said("LIBRARY_UNUSABLE", jvm(Map.of()), text.toString()));
        Path zip = Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("zip"));
        contains("but not libsts", said("LIBRARY_UNUSABLE", jvm(Map.of()), zip.toString()));
    }

    @Test
    void anotherVersionIsToldWithBothNumbers() throws Exception {
        Path source = Files.writeString(
                folder.resolve("abi.c"), "unsigned int sts_abi_version(void) { return 7; }");
        Path other = folder.resolve("abi.so");
        List<String> cc = List.of("cc", "-shared", "-fPIC", "-o", other.toString(), source.toString());
        assertEquals(0, new ProcessBuilder(cc).inheritIO().start().waitFor());
        String said = said("LIBRARY_ABI", jvm(Map.of()), other.toString());
        contains("has ABI 7, this jar needs ABI ", said);
        contains("of one version", said);
    }

    @Test
    void aMissingJnaIsToldWithItsName() throws Exception {
        List<Path> path = Jvm.path().stream().filter(p -> !p.toString().contains("jna")).toList();
        contains("net.java.dev.jna:jna", said("JNA_MISSING", jvm(Map.of()).on(path)));
    }

    @Test
    void aJvmThatForbidsNativeLibrariesIsToldHowToAllowThem() throws Exception {
        if (!WARNS) {
            // Before 24 it needs no word, and gives none.
            said("loaded from", new Jvm(Map.of()));
            return;
        }
        Jvm jvm = new Jvm(Map.of()).with("--illegal-native-access=deny");
        contains("--enable-native-access=ALL-UNNAMED", said("NATIVE_ACCESS", jvm));
    }

    @Test
    void aLibraryInUseIsNotExchanged() {
        Sts.version();
        StsException e = assertThrows(StsException.class, () -> Sts.library(library));
        assertEquals("LIBRARY_LOADED", e.code());
    }
}
