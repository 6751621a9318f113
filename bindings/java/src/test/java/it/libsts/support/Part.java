package it.libsts.support;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/** Whether everything that a scenario wants is there. */
public final class Part {
    private Part() {}

    /**
     * The first difference, or null: of an object the fields that are named, of a list every element
     * in order; in a text, `*` stands for any text.
     */
    public static String difference(Object wanted, Object found, String at) {
        return difference(wanted, found, at, Part::fits);
    }

    /** The same, where a text is meant as it stands. */
    public static String exact(Object wanted, Object found) {
        return difference(wanted, found, "", String::equals);
    }

    private static String difference(
            Object wanted, Object found, String at, BiPredicate<String, String> same) {
        if (wanted instanceof Map<?, ?> fields && found instanceof Map<?, ?> there) {
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                Object value = there.get(field.getKey());
                String why = difference(field.getValue(), value, at + "/" + field.getKey(), same);
                if (why != null) {
                    return why;
                }
            }
            return null;
        }
        if (wanted instanceof List<?> all && found instanceof List<?> there && all.size() == there.size()) {
            Iterator<?> others = there.iterator();
            int n = 0;
            for (Object one : all) {
                String why = difference(one, others.next(), at + "/" + n++, same);
                if (why != null) {
                    return why;
                }
            }
            return null;
        }
        boolean equal =
                wanted instanceof String pattern && found instanceof String text
                        ? same.test(pattern, text)
                        : wanted == null ? found == null : wanted.equals(found);
        return equal ? null : at + ": " + found + " instead of " + wanted;
    }

    private static boolean fits(String pattern, String text) {
        String[] parts = pattern.split("\\*", -1);
        String last = parts[parts.length - 1];
        if (parts.length == 1) {
            return pattern.equals(text);
        }
        if (!text.startsWith(parts[0])) {
            return false;
        }
        int from = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int at = text.indexOf(parts[i], from);
            if (at < 0) {
                return false;
            }
            from = at + parts[i].length();
        }
        return text.length() - from >= last.length() && text.endsWith(last);
    }
}
