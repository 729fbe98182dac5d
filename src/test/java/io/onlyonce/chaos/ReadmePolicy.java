package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The policies as they stand in the README, each action as {@code action on resource}. */
final class ReadmePolicy {

    private static final Pattern POLICY = Pattern.compile("(?s)```json\\s*(\\{\\s*\"Version\".*?)```");
    private static final Pattern STATEMENT =
            Pattern.compile("(?s)\"Action\": \\[(.*?)].*?\"Resource\": \"arn:aws:dynamodb:REGION:ACCOUNT:(.*?)\"");
    private static final Pattern ACTION = Pattern.compile("\"dynamodb:(\\w+)\"");

    private ReadmePolicy() {}

    /** What a policy allows; the first in the README has the number 0. */
    static Set<String> documented(int number) throws IOException {
        var policies = POLICY.matcher(Files.readString(Path.of("README.md")));
        for (int i = 0; i <= number; i++) {
            assertThat(policies.find()).as("policy %s", i).isTrue();
        }
        var documented = new HashSet<String>();
        var statements = STATEMENT.matcher(policies.group(1));
        while (statements.find()) {
            var actions = ACTION.matcher(statements.group(1));
            while (actions.find()) {
                documented.add(actions.group(1) + " on " + statements.group(2));
            }
        }
        return documented;
    }

    /** What was done, with resources in the words of the README. */
    static Set<String> used(Set<Access> accesses, UnaryOperator<String> inItsWords) {
        return accesses.stream()
                .map(access -> access.action() + " on " + inItsWords.apply(access.resource()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
