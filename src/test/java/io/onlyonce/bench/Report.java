package io.onlyonce.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tables in Markdown, printed as they grow and kept in a file. */
final class Report {

    private final Path file;

    Report(Path file) {
        this.file = file;
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Table table(String title, String... columns) {
        line("");
        line("### " + title);
        line("");
        var table = new Table();
        table.row(columns);
        line("|" + "---|".repeat(columns.length));
        return table;
    }

    /** All of it, at the end: others write to the console as well. */
    void print() {
        try {
            System.out.println("\n" + Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void line(String line) {
        System.out.println(line);
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final class Table {

        void row(String... cells) {
            line("| " + String.join(" | ", cells) + " |");
        }
    }
}
