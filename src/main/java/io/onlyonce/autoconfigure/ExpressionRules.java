package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import io.onlyonce.publication.ItemExpression;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.expression.ParseException;

/** What deduplication keys and filters have to satisfy. What would fail for every item, or say the same of every item, is refused before there is one. */
final class ExpressionRules {

    private static final String EVENT_ID = "event-id";
    private static final String ITEM_KEY = "item-key";

    /** One word, which may stand in quotes that a shell or an env file has left. */
    private static final Pattern WORD = Pattern.compile("(?<quote>[\"']?)(?<name>[\\w-]+)\\k<quote>");

    private static final Pattern TEXT = Pattern.compile("'[^']*'|\"[^\"]*\"");

    /** Looks like the name of an attribute, and is a subtraction. */
    private static final Pattern DASHED = Pattern.compile("\\b[A-Za-z_]\\w*(-[A-Za-z_]\\w*)+");

    private final List<Problem> problems;

    /** Adds what it finds to {@code problems}. */
    ExpressionRules(List<Problem> problems) {
        this.problems = problems;
    }

    void checkKey(String property, String key) {
        if (key.equals(EVENT_ID) || key.equals(ITEM_KEY)) {
            return;
        }
        var word = WORD.matcher(key.trim());
        if (word.matches()) {
            String name = word.group("name");
            var meant = Stream.of(EVENT_ID, ITEM_KEY)
                    .filter(known -> plain(known).equals(plain(name)))
                    .findFirst();
            if (meant.isPresent()) {
                add(
                        property,
                        key,
                        "is neither event-id nor item-key",
                        "Did you mean %s? %s".formatted(meant.get(), howToWrite(name)));
                return;
            }
        }
        check(
                property,
                key,
                "is neither event-id nor item-key, and no SpEL expression either",
                "Use event-id, item-key, or an expression over the new image.");
    }

    private static String howToWrite(String attribute) {
        return "An attribute of that name is written ['%1$s'], in YAML \"['%1$s']\".".formatted(attribute);
    }

    private static String plain(String name) {
        return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    void checkFilter(String property, String filter) {
        if (filter.equals("true") || filter.equals("false")) {
            return;
        }
        check(
                property,
                filter,
                "is no SpEL expression",
                "Use an expression over the item that gives true or false, such as status == 'PAID'.");
    }

    private void check(String property, String text, String reason, String remedy) {
        ItemExpression expression;
        try {
            expression = ItemExpression.forComparison(text);
        } catch (ParseException | IllegalStateException | IllegalArgumentException e) {
            add(property, text, "%s (%s)".formatted(reason, e.getMessage()), remedy);
            return;
        }
        var dashed = DASHED.matcher(TEXT.matcher(text).replaceAll("''"));
        if (dashed.find()) {
            add(
                    property,
                    text,
                    "subtracts by '%s'".formatted(dashed.group()),
                    "%s %s A subtraction needs spaces around its sign.".formatted(remedy, howToWrite(dashed.group())));
        } else if (expression.assigns()) {
            add(property, text, "assigns a value, and items cannot be changed", "Use == to compare.");
        } else if (expression.reachesBeyondTheItem()) {
            add(property, text, "uses a class or a bean, which no expression over an item may", remedy);
        } else if (expression.isConstant()) {
            add(
                    property,
                    text,
                    "is the same for every item",
                    "Name an attribute of the item, and remove quotes around the whole.");
        }
    }

    private void add(String property, String value, String reason, String remedy) {
        problems.add(new Problem(property, value, reason, remedy));
    }
}
