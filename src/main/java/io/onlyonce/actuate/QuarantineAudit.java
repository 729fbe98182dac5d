package io.onlyonce.actuate;

import java.security.Principal;
import java.util.Map;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Audit events of the quarantine: {@code QUARANTINE_REDRIVE} and {@code QUARANTINE_DISCARD}, with {@code id} and {@code outcome}. */
final class QuarantineAudit {

    /** Endpoints are there without a web server as well, over JMX. */
    private static final boolean SERVLETS = ClassUtils.isPresent(
                    "org.springframework.web.context.request.ServletRequestAttributes",
                    QuarantineAudit.class.getClassLoader())
            && ClassUtils.isPresent("jakarta.servlet.http.HttpServletRequest", QuarantineAudit.class.getClassLoader());

    private static final String ANONYMOUS = "anonymous";

    private final ApplicationEventPublisher publisher;

    QuarantineAudit(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    void redrive(String id, String outcome) {
        publish("QUARANTINE_REDRIVE", id, outcome);
    }

    void discard(String id, String outcome) {
        publish("QUARANTINE_DISCARD", id, outcome);
    }

    private void publish(String type, String id, String outcome) {
        publisher.publishEvent(new AuditApplicationEvent(principal(), type, Map.of("id", id, "outcome", outcome)));
    }

    /** From the request, not from a {@code SecurityContext} parameter of the operation: that would make a JSON body mandatory. */
    private static String principal() {
        Principal principal =
                SERVLETS && RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes servlet
                        ? servlet.getRequest().getUserPrincipal()
                        : null;
        return principal == null ? ANONYMOUS : principal.getName();
    }
}
