package io.onlyonce.app;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.web.error.ErrorAttributeOptions.Include;
import org.springframework.boot.webmvc.autoconfigure.error.AbstractErrorController;
import org.springframework.boot.webmvc.error.ErrorAttributes;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers in JSON whatever the caller prefers, and says where to go instead. */
@RestController
final class ActuatorOnlyErrorController extends AbstractErrorController {

    private static final ErrorAttributeOptions SHOWN =
            ErrorAttributeOptions.of(Include.STATUS, Include.ERROR, Include.PATH);

    private final String whereActuatorIs;

    ActuatorOnlyErrorController(ErrorAttributes errorAttributes, String whereActuatorIs) {
        super(errorAttributes);
        this.whereActuatorIs = whereActuatorIs;
    }

    @RequestMapping("${spring.web.error.path:/error}")
    ResponseEntity<Map<String, Object>> error(HttpServletRequest request) {
        if (request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) == null) {
            // Somebody asks for this very path.
            request.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, HttpStatus.NOT_FOUND.value());
            request.setAttribute(RequestDispatcher.ERROR_REQUEST_URI, request.getRequestURI());
        }
        HttpStatus status = getStatus(request);
        var body = new LinkedHashMap<>(getErrorAttributes(request, SHOWN));
        if (status == HttpStatus.NOT_FOUND) {
            body.put("hint", whereActuatorIs);
        } else if (status == HttpStatus.METHOD_NOT_ALLOWED) {
            body.put(
                    "hint",
                    "Requests that change something are refused unless management.endpoints.access.max-permitted is"
                            + " unrestricted");
        } else if (status == HttpStatus.UNSUPPORTED_MEDIA_TYPE) {
            body.put(
                    "hint",
                    "Send JSON with the header Content-Type: application/json, or no body at all where the path says"
                            + " everything");
        }
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}
