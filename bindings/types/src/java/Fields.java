// ORIGIN
package it.libsts.internal;

import it.libsts.StsException;
import it.libsts.types.AnyInvoice;
import it.libsts.types.Value;
import it.libsts.types.Word;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads and writes the fields of the generated classes. */
public final class Fields {
    private Fields() {}

    /**
     * A field that must be there.
     *
     * @param <T> its type
     * @param json the fields
     * @param name of the field
     * @param read reads the value
     * @return what was read
     */
    public static <T> T field(Map<String, ?> json, String name, Function<Object, T> read) {
        T value = optional(json, name, read);
        if (value == null) {
            throw new StsException("JSON", "/" + name, "missing");
        }
        return value;
    }

    /**
     * A field that may be absent or null.
     *
     * @param <T> its type
     * @param json the fields
     * @param name of the field
     * @param read reads the value
     * @return what was read
     */
    public static <T> T optional(Map<String, ?> json, String name, Function<Object, T> read) {
        Object value = json.get(name);
        if (value == null) {
            return null;
        }
        try {
            return read.apply(value);
        } catch (StsException e) {
            String path = "/" + name + (e.path() == null ? "" : e.path());
            throw new StsException(e.code(), path, e.getMessage(), e);
        }
    }

    /**
     * A list, which is empty when it is absent.
     *
     * @param <T> its type
     * @param json the fields
     * @param name of the field
     * @param read reads the value
     * @return what was read
     */
    public static <T> List<T> items(Map<String, ?> json, String name, Function<Object, T> read) {
        List<T> items = optional(json, name, listOf(read));
        return items == null ? Collections.emptyList() : items;
    }

    /**
     * Bytes, which stand beside the JSON.
     *
     * @param json the fields
     * @param name of the field
     * @return what was read
     */
    public static byte[] bytes(Map<String, ?> json, String name) {
        Object value = json.get(name);
        return value instanceof byte[] ? ((byte[]) value).clone() : new byte[0];
    }

    /**
     * Refuses fields that a host may have misspelt.
     *
     * @param json the fields
     * @param names all there are
     */
    public static void only(Map<String, ?> json, String... names) {
        for (String name : json.keySet()) {
            if (!Arrays.asList(names).contains(name)) {
                throw new StsException("JSON", "/" + name, "there is no such field");
            }
        }
    }

    /**
     * A text.
     *
     * @param value the value
     * @return what was read
     */
    public static String text(Object value) {
        return as(String.class, value, "a text");
    }

    /**
     * A truth value.
     *
     * @param value the value
     * @return what was read
     */
    public static Boolean bool(Object value) {
        return as(Boolean.class, value, "true or false");
    }

    /**
     * An integer.
     *
     * @param value the value
     * @return what was read
     */
    public static Long integer(Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return ((Number) value).longValue();
        }
        throw not("an integer");
    }

    /**
     * An integer of 32 bits.
     *
     * @param value the value
     * @return what was read
     */
    public static Integer small(Object value) {
        long number = integer(value);
        if (number != (int) number) {
            throw not("an integer of 32 bits");
        }
        return (int) number;
    }

    /**
     * A decimal number, written as text.
     *
     * @param value the value
     * @return what was read
     */
    public static BigDecimal decimal(Object value) {
        try {
            return new BigDecimal(text(value));
        } catch (NumberFormatException e) {
            throw not("a decimal number as text");
        }
    }

    /**
     * A decimal number of the host's, or null.
     *
     * @param value the value
     * @return what was read
     */
    public static BigDecimal decimalOrNull(String value) {
        return value == null ? null : decimal(value);
    }

    /**
     * A day, {@code YYYY-MM-DD}.
     *
     * @param value the value
     * @return what was read
     */
    public static LocalDate day(Object value) {
        try {
            return LocalDate.parse(text(value));
        } catch (DateTimeException e) {
            throw not("a day, YYYY-MM-DD");
        }
    }

    /**
     * An instant, milliseconds since 1970.
     *
     * @param value the value
     * @return what was read
     */
    public static Instant time(Object value) {
        return Instant.ofEpochMilli(integer(value));
    }

    /**
     * An object, read further.
     *
     * @param <T> its type
     * @param read reads the value
     * @return a function that reads it
     */
    public static <T> Function<Object, T> object(Function<Map<String, ?>, T> read) {
        return value -> read.apply(map(value));
    }

    /**
     * A word, read further.
     *
     * @param <T> its type
     * @param read reads the value
     * @return a function that reads it
     */
    public static <T> Function<Object, T> word(Function<String, T> read) {
        return value -> read.apply(text(value));
    }

    /**
     * A list of such values.
     *
     * @param <T> its type
     * @param read reads the value
     * @return a function that reads it
     */
    public static <T> Function<Object, List<T>> listOf(Function<Object, T> read) {
        return value -> {
            List<T> items = new ArrayList<>();
            for (Object item : as(List.class, value, "a list")) {
                items.add(read.apply(item));
            }
            return Collections.unmodifiableList(items);
        };
    }

    /**
     * Such values by words.
     *
     * @param <T> its type
     * @param read reads the value
     * @return a function that reads it
     */
    public static <T> Function<Object, Map<String, T>> mapOf(Function<Object, T> read) {
        return value -> {
            Map<String, T> items = new LinkedHashMap<>();
            for (Map.Entry<String, ?> item : map(value).entrySet()) {
                items.put(item.getKey(), read.apply(item.getValue()));
            }
            return Collections.unmodifiableMap(items);
        };
    }

    /**
     * Two values.
     *
     * @param <A> its type
     * @param <B> its type
     * @param first reads the first
     * @param second reads the second
     * @return a function that reads it
     */
    public static <A, B> Function<Object, Map.Entry<A, B>> pairOf(
            Function<Object, A> first, Function<Object, B> second) {
        return value -> {
            List<?> pair = as(List.class, value, "a pair");
            if (pair.size() != 2) {
                throw not("a pair");
            }
            return new AbstractMap.SimpleImmutableEntry<>(
                    first.apply(pair.get(0)), second.apply(pair.get(1)));
        };
    }

    /**
     * A case that is a word, or the only key of an object: its name, and what it holds.
     *
     * @param value the value
     * @return its name and content
     */
    public static Map.Entry<String, Object> keyed(Object value) {
        if (value instanceof Map && ((Map<?, ?>) value).size() == 1) {
            Map.Entry<String, ?> only = map(value).entrySet().iterator().next();
            return new AbstractMap.SimpleImmutableEntry<>(only.getKey(), only.getValue());
        }
        return new AbstractMap.SimpleImmutableEntry<>(text(value), null);
    }

    /**
     * The fields of an object; names are texts in JSON.
     *
     * @param value the value
     * @return what was read
     */
    @SuppressWarnings("unchecked")
    public static Map<String, ?> map(Object value) {
        return (Map<String, ?>) as(Map.class, value, "an object");
    }

    /**
     * Writes a field; one that is null is left out.
     *
     * @param json the fields
     * @param name of the field
     * @param value the value
     */
    public static void put(Map<String, Object> json, String name, Object value) {
        if (value != null) {
            json.put(name, json(value));
        }
    }

    /**
     * A value as JSON has it.
     *
     * @param value the value
     * @return the same for JSON
     */
    public static Object json(Object value) {
        if (value instanceof Value) {
            return ((Value) value).toJson();
        } else if (value instanceof AnyInvoice) {
            return ((AnyInvoice) value).toJson();
        } else if (value instanceof Word) {
            return ((Word) value).word();
        } else if (value instanceof LocalDate) {
            return value.toString();
        } else if (value instanceof Instant) {
            return ((Instant) value).toEpochMilli();
        } else if (value instanceof BigDecimal) {
            BigDecimal number = (BigDecimal) value;
            number = number.scale() > 2 ? number.stripTrailingZeros() : number;
            // An exponent written out as zeros can fill the memory; libsts refuses one that is not.
            boolean plain = Math.abs((long) number.scale()) <= 100;
            return plain ? number.toPlainString() : number.toString();
        } else if (value instanceof Integer) {
            return ((Integer) value).longValue();
        } else if (value instanceof Map.Entry) {
            Map.Entry<?, ?> pair = (Map.Entry<?, ?>) value;
            return Arrays.asList(json(pair.getKey()), json(pair.getValue()));
        } else if (value instanceof Collection) {
            List<Object> items = new ArrayList<>();
            ((Collection<?>) value).forEach(item -> items.add(json(item)));
            return items;
        } else if (value instanceof Map) {
            Map<String, Object> items = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((name, item) -> items.put((String) name, json(item)));
            return items;
        }
        return value;
    }

    /**
     * A list that nobody changes.
     *
     * @param <T> its type
     * @param items the values
     * @return a copy
     */
    public static <T> List<T> copy(Collection<? extends T> items) {
        return Collections.unmodifiableList(new ArrayList<>(items));
    }

    /**
     * What is wrong with a value, which is not shown.
     *
     * @param expected what it must be
     * @return the failure
     */
    public static StsException not(String expected) {
        return new StsException("JSON", null, "must be " + expected);
    }

    private static <T> T as(Class<T> type, Object value, String expected) {
        if (!type.isInstance(value)) {
            throw not(expected);
        }
        return type.cast(value);
    }
}
