package it.libsts.internal;

import it.libsts.StsException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as it crosses the boundary to libsts: objects are maps in the order of their fields, arrays
 * lists, numbers {@code Long} where they fit and {@code BigDecimal} where they do not.
 *
 * <p>It is strict: no comment, no trailing comma, no field twice, no half of a surrogate pair.
 * Messages tell where something is wrong and never what stands there, which may be private.
 */
public final class Json {
    /** Objects and arrays within each other; what libsts takes and gives is flatter by far. */
    static final int DEPTH = 128;
    /** Characters of a number: reading long ones takes time that grows with the square. */
    static final int NUMBER = 1_000;

    private Json() {}

    /**
     * Reads a text that is one JSON value.
     *
     * @param text the text
     * @return a map, list, string, {@code Boolean}, {@code Long}, {@code BigDecimal}, or null
     * @throws StsException {@code JSON}, with the place of what is wrong
     */
    public static Object parse(String text) {
        return new Reader(text).document();
    }

    /**
     * Reads a text that is one JSON object.
     *
     * @param text the text
     * @return its fields
     * @throws StsException {@code JSON}, with the place of what is wrong
     */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(String text) {
        Object value = parse(text);
        if (!(value instanceof Map)) {
            throw new StsException("JSON", null, "character 0: expected an object");
        }
        return (Map<String, Object>) value;
    }

    /**
     * The JSON of a value, without white space.
     *
     * @param value what {@link #parse} gives, and other integers, collections and strings
     * @return the text
     * @throws StsException {@code JSON}, when a value has no form in JSON
     */
    public static String write(Object value) {
        StringBuilder out = new StringBuilder(256);
        write(out, value, 0);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value, int depth) {
        if (depth > DEPTH) {
            throw new StsException("JSON", null, "more than " + DEPTH + " values within each other");
        }
        if (value instanceof CharSequence) {
            write(out, value.toString());
        } else if (value instanceof Map) {
            char separator = '{';
            for (Map.Entry<?, ?> field : ((Map<?, ?>) value).entrySet()) {
                if (!(field.getKey() instanceof String)) {
                    throw new StsException("JSON", null, "the name of a field is not a string");
                }
                out.append(separator);
                write(out, (String) field.getKey());
                out.append(':');
                write(out, field.getValue(), depth + 1);
                separator = ',';
            }
            out.append(separator == '{' ? "{}" : "}");
        } else if (value instanceof Iterable) {
            char separator = '[';
            for (Object element : (Iterable<?>) value) {
                out.append(separator);
                write(out, element, depth + 1);
                separator = ',';
            }
            out.append(separator == '[' ? "[]" : "]");
        } else if (value == null || value instanceof Boolean || isNumber(value)) {
            out.append(value);
        } else {
            String what = value.getClass().getName();
            throw new StsException("JSON", null, "a " + what + " has no form in JSON");
        }
    }

    private static boolean isNumber(Object value) {
        return value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte
                || value instanceof BigDecimal
                || value instanceof BigInteger;
    }

    private static void write(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append("\\u00").append(c < 0x10 ? '0' : '1');
                out.append(Character.forDigit(c & 0xf, 16));
            } else if (!Character.isSurrogate(c)) {
                out.append(c);
            } else if (isPair(text, i)) {
                out.append(c).append(text.charAt(++i));
            } else {
                throw new StsException("JSON", null, "a text holds half of a surrogate pair");
            }
        }
        out.append('"');
    }

    private static boolean isPair(CharSequence text, int at) {
        return at + 1 < text.length()
                && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        Object document() {
            Object value = value(0);
            blanks();
            if (at < text.length()) {
                throw wrong("the end");
            }
            return value;
        }

        private Object value(int depth) {
            if (depth > DEPTH) {
                throw wrong("at most " + DEPTH + " values within each other");
            }
            blanks();
            switch (peek()) {
                case '{':
                    return object(depth);
                case '[':
                    return array(depth);
                case '"':
                    return string();
                case 't':
                    return word("true", Boolean.TRUE);
                case 'f':
                    return word("false", Boolean.FALSE);
                case 'n':
                    return word("null", null);
                default:
                    return number();
            }
        }

        private Map<String, Object> object(int depth) {
            Map<String, Object> fields = new LinkedHashMap<>();
            at++;
            blanks();
            if (take('}')) {
                return fields;
            }
            do {
                blanks();
                if (peek() != '"') {
                    throw wrong("the name of a field");
                }
                String name = string();
                if (fields.containsKey(name)) {
                    throw wrong("each field once");
                }
                blanks();
                if (!take(':')) {
                    throw wrong("a colon");
                }
                fields.put(name, value(depth + 1));
                blanks();
            } while (take(','));
            if (!take('}')) {
                throw wrong("a comma or the end of the object");
            }
            return fields;
        }

        private List<Object> array(int depth) {
            List<Object> elements = new ArrayList<>();
            at++;
            blanks();
            if (take(']')) {
                return elements;
            }
            do {
                elements.add(value(depth + 1));
                blanks();
            } while (take(','));
            if (!take(']')) {
                throw wrong("a comma or the end of the array");
            }
            return elements;
        }

        private String string() {
            int start = ++at;
            StringBuilder read = null;
            while (true) {
                char c = peek();
                if (c == '"') {
                    String tail = text.substring(start, at++);
                    return read == null ? tail : read.append(tail).toString();
                } else if (c == '\\') {
                    read = read == null ? new StringBuilder() : read;
                    read.append(text, start, at++);
                    escape(read);
                    start = at;
                } else if (c < 0x20) {
                    throw wrong("the end of the string, or an escaped control character");
                } else if (!Character.isSurrogate(c)) {
                    at++;
                } else if (isPair(text, at)) {
                    at += 2;
                } else {
                    throw wrong("both halves of a surrogate pair");
                }
            }
        }

        private void escape(StringBuilder read) {
            char c = peek();
            at++;
            int plain = "\"\\/bfnrt".indexOf(c);
            if (plain >= 0) {
                read.append("\"\\/\b\f\n\r\t".charAt(plain));
                return;
            }
            if (c != 'u') {
                throw wrong("an escape of JSON");
            }
            char unit = unit();
            read.append(unit);
            if (!Character.isSurrogate(unit)) {
                return;
            }
            boolean follows = Character.isHighSurrogate(unit) && text.startsWith("\\u", at);
            at += follows ? 2 : 0;
            char low = follows ? unit() : 0;
            if (!Character.isLowSurrogate(low)) {
                throw wrong("both halves of a surrogate pair");
            }
            read.append(low);
        }

        private char unit() {
            int unit = 0;
            for (int end = at + 4; at < end; at++) {
                char c = peek();
                int digit = c < 0x80 ? Character.digit(c, 16) : -1;
                if (digit < 0) {
                    throw wrong("four hexadecimal digits");
                }
                unit = unit << 4 | digit;
            }
            return (char) unit;
        }

        private Object number() {
            int start = at;
            take('-');
            if (!take('0')) {
                digits();
            }
            boolean whole = true;
            if (take('.')) {
                whole = false;
                digits();
            }
            if (take('e') || take('E')) {
                whole = false;
                if (!take('-')) {
                    take('+');
                }
                digits();
            }
            if (at - start > NUMBER) {
                throw wrong("a number of at most " + NUMBER + " characters");
            }
            String number = text.substring(start, at);
            try {
                // Eighteen digits always fit.
                return whole && number.length() < 19 ? Long.valueOf(number) : fitting(number);
            } catch (NumberFormatException | ArithmeticException e) {
                throw wrong("a number that can be read");
            }
        }

        private static Object fitting(String number) {
            BigDecimal value = new BigDecimal(number);
            boolean fits = value.scale() == 0 && value.unscaledValue().bitLength() < 64;
            return fits ? (Object) value.longValueExact() : value;
        }

        private void digits() {
            int start = at;
            while (peek() >= '0' && peek() <= '9') {
                at++;
            }
            if (at == start) {
                throw wrong("a value");
            }
        }

        private Object word(String word, Object value) {
            if (!text.startsWith(word, at)) {
                throw wrong("a value");
            }
            at += word.length();
            return value;
        }

        private void blanks() {
            while (" \t\n\r".indexOf(peek()) >= 0) {
                at++;
            }
        }

        private boolean take(char c) {
            boolean there = peek() == c;
            at += there ? 1 : 0;
            return there;
        }

        /** The next character; NUL, which nothing takes, at the end. */
        private char peek() {
            return at < text.length() ? text.charAt(at) : 0;
        }

        private StsException wrong(String expected) {
            return new StsException("JSON", null, "character " + at + ": expected " + expected);
        }
    }
}
