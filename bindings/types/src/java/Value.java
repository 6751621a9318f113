// ORIGIN
package it.libsts.types;

/** A value that does not change; two of one class are equal when their JSON is. */
public abstract class Value {
    Value() {}

    /**
     * The value as JSON has it: maps, lists, texts, {@code Long} and {@code Boolean}.
     *
     * @return a map, or a text
     */
    public abstract Object toJson();

    @Override
    public final boolean equals(Object other) {
        return other != null
                && other.getClass() == getClass()
                && toJson().equals(((Value) other).toJson());
    }

    @Override
    public final int hashCode() {
        return toJson().hashCode();
    }

    /** Shows no field: what a host hands over may hold tax codes. Most of what comes back is shown. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "(…)";
    }
}
