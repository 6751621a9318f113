package it.libsts.support;

import it.libsts.Sts;
import it.libsts.StsException;
import java.nio.file.Path;

/** A program that loads libsts and says which, or why not. */
public final class Asker {
    private Asker() {}

    /** With the path of a library, or without. */
    public static void main(String[] arguments) {
        try {
            if (arguments.length > 0) {
                Sts.library(Path.of(arguments[0]));
            }
            System.out.println("loaded from " + Sts.library() + ", version " + Sts.version());
        } catch (StsException e) {
            System.out.println(e);
        }
    }
}
