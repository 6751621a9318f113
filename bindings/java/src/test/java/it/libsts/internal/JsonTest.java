package it.libsts.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.StsException;
import it.libsts.support.Workspace;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void valuesAreReadAsWhatTheyAre() {
        assertNull(Json.parse("null"));
        assertEquals(List.of(true, false), Json.parse(" [ true , false ] "));
        assertEquals(
                List.of(0L, -7L, Long.MAX_VALUE, Long.MIN_VALUE),
                Json.parse("[0,-7,9223372036854775807,-9223372036854775808]"));
        assertEquals(new BigDecimal("9223372036854775808"), Json.parse("9223372036854775808"));
        assertEquals(new BigDecimal("-0.10"), Json.parse("-0.10"));
        assertEquals("è\"\\/\b\f\n\r\t\u0000\uD83D\uDE00", Json.parse(
                "\"\\u00e8\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83d\\uDe00\""));
        assertEquals("[z, a]", ((Map<?, ?>) Json.parse("{\"z\": {}, \"a\": []}")).keySet().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "nul", "truex", "tru", "[1,]", "[1 2]", "[,1]", "{\"a\":1,}", "{a:1}", "{\"a\"}",
                "{\"a\":}", "{\"a\":1 \"b\":2}", "{1:2}", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1",
                "NaN", "Infinity", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"", "\"\t\"", "\"\n\"",
                "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "// a\n1", "1 // a",
                "/* a */ 1", "[1] 2", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[", "{", "]", "}",
                "\u00a01", "\ufeff1", "1e99999999999", "\u0000", "\"\\u١٢٣٤\""
            })
    void whatIsNotJsonIsRefused(String text) {
        StsException e = assertThrows(StsException.class, () -> Json.parse(text));
        assertEquals("JSON", e.code());
    }

    @Test
    void anExponentIsNotWrittenOutAsZeros() {
        for (String huge : List.of("1E+999999999", "1E-999999999")) {
            assertEquals(huge, Fields.json(new BigDecimal(huge)));
        }
        assertEquals("1000", Fields.json(new BigDecimal("1E3")));
        assertEquals("60", Fields.json(new BigDecimal("60.000")));
        assertEquals("60.00", Fields.json(new BigDecimal("60.00")));
    }

    @Test
    void halfOfASurrogatePairIsRefusedBothWays() {
        for (String half : List.of("\ud800", "\udc00", "a\ud800", "\udc00\ud800")) {
            assertThrows(StsException.class, () -> Json.parse('"' + half + '"'));
            assertThrows(StsException.class, () -> Json.write(half));
            assertThrows(StsException.class, () -> Json.write(Map.of(half, 1)));
        }
    }

    @Test
    void messagesDoNotShowWhatIsWrong() {
        StsException e = assertThrows(StsException.class, () -> Json.parse("{\"password\": geheim}"));
        assertFalse(e.toString().contains("geheim"));
        assertTrue(e.getMessage().contains("character 13"), e.getMessage());
    }

    @Test
    void depthIsBoundedBothWays() {
        Json.parse("[".repeat(128) + "]".repeat(128));
        assertThrows(StsException.class, () -> Json.parse("[".repeat(130) + "]".repeat(130)));
        assertThrows(StsException.class, () -> Json.parse("{\"a\":".repeat(1_000_000)));
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertThrows(StsException.class, () -> Json.write(self));
    }

    @Test
    void noTextTakesLong() {
        Assertions.assertTimeout(
                Duration.ofSeconds(5),
                () -> {
                    assertThrows(StsException.class, () -> Json.parse("1".repeat(10_000_000)));
                    assertThrows(StsException.class, () -> Json.parse("0." + "1".repeat(10_000_000)));
                    Json.parse("\"" + "\\n".repeat(5_000_000) + "\"");
                    Json.parse("[" + "1e999999,".repeat(100_000) + "1]");
                });
    }

    @Test
    void whatHasNoFormInJsonIsRefused() {
        for (Object value : new Object[] {1.5, 'c', new Object(), new int[0], new byte[0]}) {
            assertThrows(StsException.class, () -> Json.write(value));
        }
        assertThrows(StsException.class, () -> Json.write(Map.of(1, 2)));
    }

    @Test
    void numbersAreWrittenAsTheyAre() {
        assertEquals(
                "[1,2,3,4.50,1E+3,18446744073709551615]",
                Json.write(
                        List.of(1, 2L, (short) 3, new BigDecimal("4.50"), new BigDecimal("1e3"),
                                new BigInteger("18446744073709551615"))));
        assertEquals("\"\\u0000\\u001f\\\"\\\\/è\"", Json.write("\u0000\u001f\"\\/è"));
    }

    @Test
    void everyFixtureIsReadAndWrittenWithoutLoss() throws IOException {
        try (Stream<Path> files = Files.walk(Workspace.fixture("."))) {
            List<Path> all = files.filter(file -> file.toString().endsWith(".json")).toList();
            assertTrue(all.size() > 80, all.size() + " files");
            for (Path file : all) {
                Object value = Json.parse(Files.readString(file));
                assertEquals(value, Json.parse(Json.write(value)), file.toString());
            }
        }
    }

    @Test
    void anyValueComesBackEqual() {
        for (long seed = 0; seed < 20_000; seed++) {
            Object value = value(new Random(seed), 0);
            String text = Json.write(value);
            assertEquals(value, Json.parse(text), "seed " + seed);
            assertEquals(text, Json.write(Json.parse(text)), "seed " + seed);
        }
    }

    @Test
    void damagedJsonIsReadOrRefusedAndNothingElse() {
        String pieces = "{}[]\",:\\u0123456789abcdefntr.-+Ee \n\ud800\udc00è\u0000";
        for (long seed = 0; seed < 50_000; seed++) {
            Random chance = new Random(seed);
            StringBuilder text = new StringBuilder(Json.write(value(chance, 0)));
            for (int n = chance.nextInt(4); n >= 0; n--) {
                int at = chance.nextInt(text.length() + 1);
                char piece = pieces.charAt(chance.nextInt(pieces.length()));
                switch (chance.nextInt(3)) {
                    case 0 -> text.insert(at, piece);
                    case 1 -> text.setLength(at);
                    default -> text.replace(at, Math.min(at + 1, text.length()), "" + piece);
                }
            }
            try {
                Object value = Json.parse(text.toString());
                assertEquals(value, Json.parse(Json.write(value)), "seed " + seed);
            } catch (StsException e) {
                assertEquals("JSON", e.code());
            }
        }
    }

    private static Object value(Random chance, int depth) {
        switch (chance.nextInt(depth < 4 ? 9 : 7)) {
            case 0:
                return null;
            case 1:
                return chance.nextBoolean();
            case 2:
                return chance.nextLong() >> chance.nextInt(64);
            case 3:
                return BigDecimal.valueOf(chance.nextLong(), 1 + chance.nextInt(30));
            case 4:
            case 5:
            case 6:
                return text(chance);
            case 7:
                List<Object> list = new ArrayList<>();
                for (int n = chance.nextInt(5); n > 0; n--) {
                    list.add(value(chance, depth + 1));
                }
                return list;
            default:
                Map<String, Object> map = chance.nextBoolean() ? new LinkedHashMap<>() : new HashMap<>();
                for (int n = chance.nextInt(5); n > 0; n--) {
                    map.put(text(chance), value(chance, depth + 1));
                }
                return map;
        }
    }

    private static String text(Random chance) {
        StringBuilder text = new StringBuilder();
        for (int n = chance.nextInt(12); n > 0; n--) {
            int[] limits = {0x20, 0x80, 0x800, 0x10000, 0x110000};
            int point = chance.nextInt(limits[chance.nextInt(limits.length)]);
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                text.appendCodePoint(point);
            }
        }
        return text.toString();
    }
}
