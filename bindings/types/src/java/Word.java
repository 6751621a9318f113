// ORIGIN
package it.libsts.types;

/** One of the words of an enumeration. */
public interface Word {
    /**
     * The word as it stands in JSON.
     *
     * @return the word
     */
    String word();
}
