package io.onlyonce.chaos;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/** Ends a child process that must not outlive its parent, however that ends: when standard input, a pipe of the parent, does. A main class that runs another one, or a bean of the service. */
final class EndsWithParent {

    EndsWithParent() {
        var watch = new Thread(EndsWithParent::haltAtEndOfInput, "ends-with-parent");
        watch.setDaemon(true);
        watch.start();
    }

    public static void main(String... arguments) throws Throwable {
        var unused = new EndsWithParent();
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
