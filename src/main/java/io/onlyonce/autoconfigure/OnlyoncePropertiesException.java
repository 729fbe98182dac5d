package io.onlyonce.autoconfigure;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/** Properties have values that cannot work; says of each which, why, and what to do. */
final class OnlyoncePropertiesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    OnlyoncePropertiesException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(" ")));
        this.problems = List.copyOf(problems);
    }

    OnlyoncePropertiesException(Problem problem) {
        this(List.of(problem));
    }

    List<Problem> problems() {
        return problems;
    }

    /**
     * One value that cannot work.
     *
     * @param property full name of the property
     * @param value its value in the words of a configuration file; empty if it has none
     * @param reason why it cannot work, as the rest of a sentence that begins with the property
     * @param remedy what to do, as a sentence
     * @param redacted whether the value is all that may be shown of what was written
     */
    record Problem(String property, String value, String reason, String remedy, boolean redacted)
            implements Serializable {

        private static final long serialVersionUID = 1L;

        /** Of a value that may be shown as it was written. */
        Problem(String property, String value, String reason, String remedy) {
            this(property, value, reason, remedy, false);
        }

        /** Of a value that may hold a secret, and what may be shown of it. */
        static Problem redacted(String property, String shown, String reason, String remedy) {
            return new Problem(property, shown, reason, remedy, true);
        }

        @Override
        public String toString() {
            String shown = value.isEmpty() ? "" : " = '" + value + "'";
            return property + shown + " " + reason + ". " + remedy;
        }
    }
}
