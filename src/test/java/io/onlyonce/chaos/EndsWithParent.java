package io.onlyonce.chaos;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/** Main class of a child process that must not outlive its parent, however that ends: runs another main class until standard input, a pipe of the parent, ends. */
final class EndsWithParent {

    private EndsWithParent() {}

    public static void main(String... arguments) throws Throwable {
        var watch = new Thread(EndsWithParent::haltAtEndOfInput, "ends-with-parent");
        watch.setDaemon(true);
        watch.start();
        var main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void haltAtEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes.
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(1);
    }
}
