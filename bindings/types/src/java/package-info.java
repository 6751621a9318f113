// ORIGIN

/**
 * Commands, answers, events, invoices and settings as classes, generated from the schemas of libsts.
 *
 * <p>What a host hands over is built with constructors and builders; what is absent is left out of
 * the JSON. What comes back is read with {@code fromJson}, which ignores fields that it does not
 * know. Days are {@code LocalDate}, instants {@code Instant}, amounts and rates {@code BigDecimal};
 * what may be absent is an {@code Optional}. A word of a newer engine is {@code UNRECOGNIZED}, an
 * event of a newer engine an {@link it.libsts.types.UnknownEvent}, an answer an {@link
 * it.libsts.types.UnknownAnswer}.
 */
package it.libsts.types;
