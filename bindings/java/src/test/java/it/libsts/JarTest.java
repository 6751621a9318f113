package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What is in the jar that ships. */
class JarTest {
    private static JarFile jar() throws Exception {
        Path path = Path.of(Driver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertTrue(path.toString().endsWith(".jar"), "the tests run against the jar");
        return new JarFile(path.toFile());
    }

    @Test
    void itsClassesAreThoseOfJava8AndItsLaterOnesStandApart() throws Exception {
        int base = 0;
        List<String> later = new ArrayList<>();
        try (JarFile jar = jar()) {
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().endsWith(".class")) {
                    try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
                        assertEquals(0xcafebabe, in.readInt());
                        int version = in.readInt();
                        boolean apart = entry.getName().startsWith("META-INF/versions/11/");
                        assertEquals(apart ? 55 : 52, version, entry.getName());
                        if (apart) {
                            later.add(entry.getName().substring(21).replaceAll("\\$.*", ".class"));
                        } else {
                            base++;
                        }
                    }
                }
            }
            assertTrue(base > 150, base + " classes");
            assertEquals(List.of("it/libsts/HttpClientHttp.class"), later.stream().distinct().toList());
            assertNotNull(jar.getEntry(later.get(0)), "every later class has one of Java 8");
        }
    }

    @Test
    void itHasTheLibraryForThisSystemAndSaysWhatItIs() throws Exception {
        try (JarFile jar = jar()) {
            String library = System.mapLibraryName("sts");
            assertEquals(1, jar.stream().filter(e -> e.getName().endsWith("/" + library)).count());
            var main = jar.getManifest().getMainAttributes();
            assertEquals("true", main.getValue("Multi-Release"));
            assertEquals("it.libsts", main.getValue("Automatic-Module-Name"));
            assertEquals(Sts.version(), main.getValue("Implementation-Version"));
        }
    }
}
