package it.libsts.internal;

import it.libsts.StsException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Why a library cannot be loaded, in a sentence that says what to do. */
final class Diagnosis {
    private Diagnosis() {}

    /** The system refused a file, or did not find a function in it. */
    static StsException ofFile(Path file, String shown, UnsatisfiedLinkError error) {
        String built = Header.of(file);
        String here = here();
        if (built != null && !built.equals(here)) {
            String message =
                    "libsts from " + shown + " is for " + built + ", this Java runs on " + here
                            + ": take the libsts of this system";
            return new StsException("LIBRARY_ARCHITECTURE", null, message, error);
        }
        String reason = firstLine(error.getMessage());
        String message;
        if (built == null) {
            message = shown + " is not a library of any system known: " + reason;
        } else if (reason.contains("looking up function")) {
            message = shown + " is a library, but not libsts: " + reason;
        } else {
            message =
                    "the system refuses libsts from " + shown + ": " + reason + ". Where the folder"
                            + " for temporary files allows no programs (noexec), unpack libsts elsewhere"
                            + " and name it in STS_LIBRARY";
        }
        return new StsException("LIBRARY_UNUSABLE", null, message, error);
    }

    /** JNA itself did not start. */
    static StsException ofJna(LinkageError error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = firstLine(cause.toString());
        if (reason.contains("IllegalCallerException") || reason.contains("native access")) {
            String message =
                    "this Java forbids native libraries: start it with"
                            + " --enable-native-access=ALL-UNNAMED (=com.sun.jna where JNA is on the"
                            + " module path), or put Enable-Native-Access: ALL-UNNAMED into the manifest"
                            + " of the jar that is started";
            return new StsException("NATIVE_ACCESS", null, message, error);
        }
        String message =
                "JNA, which libsts is called through, does not start (" + reason + "): put the jar"
                        + " net.java.dev.jna:jna of the version that libsts names on the class path";
        return new StsException("JNA_MISSING", null, message, error);
    }

    private static String firstLine(String text) {
        String line = text == null ? "no reason given" : text.split("\\R", 2)[0];
        return line.length() > 500 ? line.substring(0, 500) : line;
    }

    /** This system and processor, in the words of {@link Header}. */
    private static String here() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String system = os.contains("win") ? "Windows" : "Linux and other Unix";
        if (os.contains("mac") || os.contains("darwin")) {
            system = "macOS";
        }
        switch (arch) {
            case "amd64":
            case "x86_64":
                return "x86-64, " + system;
            case "aarch64":
            case "arm64":
                return "arm64, " + system;
            default:
                return arch + ", " + system;
        }
    }

    /** What the first bytes of a library say about its system and processor. */
    private static final class Header {
        /** Null when it is no library, or one that begins otherwise than any known here. */
        static String of(Path file) {
            byte[] head = new byte[4096];
            int length = 0;
            try (InputStream in = Files.newInputStream(file)) {
                new DataInputStream(in).readFully(head, 0, (int) Math.min(Files.size(file), 4096));
                length = (int) Math.min(Files.size(file), 4096);
            } catch (IOException e) {
                return null;
            }
            if (length < 64) {
                return null;
            }
            switch (number(head, 0, 4)) {
                case 0x464c457f:
                    return elf(number(head, 18, 2), head[4]) + ", Linux and other Unix";
                case 0xfeedfacf:
                    return mach(number(head, 4, 4)) + ", macOS";
                default:
                    return head[0] == 'M' && head[1] == 'Z' ? windows(head) : null;
            }
        }

        private static String elf(int machine, byte width) {
            switch (machine) {
                case 62:
                    return width == 2 ? "x86-64" : "x32";
                case 183:
                    return "arm64";
                case 3:
                    return "x86 (32 bits)";
                case 40:
                    return "arm (32 bits)";
                default:
                    return "processor " + machine;
            }
        }

        private static String mach(int processor) {
            return processor == 0x01000007 ? "x86-64" : processor == 0x0100000c ? "arm64" : "?";
        }

        private static String windows(byte[] head) {
            int at = number(head, 60, 4);
            if (at < 0 || at > head.length - 6) {
                return null;
            }
            int machine = number(head, at + 4, 2);
            String processor =
                    machine == 0x8664 ? "x86-64" : machine == 0xaa64 ? "arm64" : "x86 (32 bits)";
            return processor + ", Windows";
        }

        /** Little endian, as all of these are. */
        private static int number(byte[] head, int at, int bytes) {
            int number = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                number = number << 8 | head[at + i] & 0xff;
            }
            return number;
        }
    }
}
