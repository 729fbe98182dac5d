package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyonceProperties.Forward;
import io.onlyonce.autoconfigure.OnlyonceProperties.Http;
import io.onlyonce.autoconfigure.OnlyonceProperties.Ledger;
import io.onlyonce.autoconfigure.OnlyonceProperties.Stream;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import io.onlyonce.forward.HttpTarget;
import io.onlyonce.forward.WebhookSecret;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the values under {@code onlyonce.forward} have to satisfy. Shows nothing that may be secret. */
final class ForwardRules {

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");

    /** Set by every message, or refused by the HTTP client. */
    private static final Set<String> TAKEN_HEADERS = Set.of(
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "idempotency-key",
            "transfer-encoding",
            "upgrade");

    private final List<Problem> problems;
    private final Map<String, Stream> streams;
    private final Ledger ledger;

    /** Adds what it finds to {@code problems}. */
    ForwardRules(List<Problem> problems, Map<String, Stream> streams, Ledger ledger) {
        this.problems = problems;
        this.streams = streams;
        this.ledger = ledger;
    }

    void check(Map<String, Forward> forwards) {
        forwards.forEach((name, forward) -> check(OnlyoncePropertiesRules.nameOf("onlyonce.forward", name), forward));
    }

    private void check(String property, Forward forward) {
        if (forward.table() == null) {
            add(property + ".table", "", "is missing", "Name the table whose new items are forwarded.");
        } else if (!streams.containsKey(forward.table())) {
            add(
                    property + ".table",
                    forward.table(),
                    "is not a table whose stream is consumed",
                    streams.isEmpty()
                            ? OnlyoncePropertiesRules.howToName(forward.table())
                            : "Use one of onlyonce.streams: " + String.join(", ", streams.keySet()) + ".");
        }
        checkTargets(property, forward);
        if (forward.filter() != null) {
            new ExpressionRules(problems).checkFilter(property + ".filter", forward.filter());
        }
        if (forward.http() != null) {
            checkHttp(property + ".http", forward.http());
        }
        new AwsTargetRules(problems).check(property, forward);
    }

    private void checkTargets(String property, Forward forward) {
        Map<String, @Nullable Object> known = new LinkedHashMap<>();
        known.put("log", forward.log());
        known.put("http", forward.http());
        known.put("sqs", forward.sqs());
        known.put("sns", forward.sns());
        known.put("event-bridge", forward.eventBridge());
        List<String> named = known.entrySet().stream()
                .filter(target -> target.getValue() != null)
                .map(Map.Entry::getKey)
                .toList();
        if (named.isEmpty()) {
            add(
                    property,
                    "",
                    "has no target",
                    "Set one of " + property
                            + ".log (a level), .http.url, .sqs.queue, .sns.topic and .event-bridge.bus.");
        } else if (named.size() > 1) {
            add(
                    property,
                    "",
                    "has more than one target: " + String.join(", ", named),
                    "Keep one, and make another forward for each of the others.");
        }
    }

    private void checkHttp(String property, Http http) {
        checkUrl(property + ".url", http.url());
        http.headers().forEach((name, value) -> checkHeader(property + ".headers", name, value));
        checkTimeout(property + ".timeout", http.timeout());
        if (http.secret() != null) {
            checkSecret(property + ".secret", http.secret());
        }
        int status = http.alreadyProcessed();
        if (status < 400 || status > 499 || HttpTarget.isTransient(status)) {
            add(
                    property + ".already-processed",
                    Integer.toString(status),
                    "is no status that can say so",
                    "Use one of 400 to 499 other than 408, 425 and 429, which ask for a retry.");
        }
    }

    private void checkUrl(String property, @Nullable String url) {
        String remedy = "Use an absolute address, such as https://example.com/items.";
        if (url == null || url.isBlank()) {
            add(property, "", "is missing", remedy);
            return;
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            add(property, "", "is not a URL", remedy);
            return;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getRawUserInfo() != null) {
            add(
                    property,
                    "",
                    "holds credentials, which would not be sent",
                    "Use a header: " + property.replaceAll("url$", "headers.Authorization") + ".");
        } else if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            // A query may hold a token.
            add(property, url.contains("?") ? "" : url, "is not an absolute URL of http or https", remedy);
        }
    }

    private void checkHeader(String property, String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        String header = OnlyoncePropertiesRules.nameOf(property, name);
        if (!HEADER_NAME.matcher(name).matches()) {
            add(header, "", "cannot be the name of a header", "Use letters, digits and dashes.");
        } else if (TAKEN_HEADERS.contains(lower) || lower.startsWith("ce-") || lower.startsWith("webhook-")) {
            add(header, "", "is a header that the message or the HTTP client sets itself", "Remove it.");
        } else if (isUnresolved(header, value)) {
            return;
        } else if (!HEADER_VALUE.matcher(value).matches()) {
            add(header, "", "has a value that cannot be sent", "Use printable ASCII characters, on one line.");
        }
    }

    private void checkTimeout(String property, Duration timeout) {
        String value = OnlyoncePropertiesRules.text(timeout);
        if (timeout.isNegative() || timeout.isZero()) {
            add(property, value, "is not a time to wait", "Use a duration above zero, such as 200ms or 5s.");
        } else if (timeout.compareTo(ledger.claimTimeout()) >= 0) {
            add(
                    property,
                    value,
                    "is not below onlyonce.ledger.claim-timeout = '"
                            + OnlyoncePropertiesRules.text(ledger.claimTimeout())
                            + "', so another process could take an item for abandoned that is being sent",
                    "Lower the one or raise the other.");
        }
    }

    private void checkSecret(String property, String secret) {
        if (isUnresolved(property, secret)) {
            return;
        }
        try {
            var unused = WebhookSecret.parse(secret);
        } catch (IllegalArgumentException e) {
            add(
                    property,
                    "",
                    String.valueOf(e.getMessage()),
                    "Use whsec_ and the base64 of 24 to 64 random bytes, as 'echo whsec_$(openssl rand -base64 32)' prints.");
        }
    }

    /** Boot leaves a placeholder as it stands if nothing has its name; a secret would be known to everybody then. */
    private boolean isUnresolved(String property, String value) {
        if (!value.contains("${")) {
            return false;
        }
        add(
                property,
                value.replaceAll("^[^$]*|(?<=})[^$]*", ""),
                "refers to something that is not set",
                "Set that environment variable or property.");
        return true;
    }

    private void add(String property, String value, String reason, String remedy) {
        problems.add(Problem.redacted(property, value, reason, remedy));
    }
}
