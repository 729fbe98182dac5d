package io.onlyonce.chaos;

import java.util.Map;
import java.util.Optional;

/**
 * A request to one of the two APIs. No word names an operation in both.
 *
 * @param operation operation in AWS's words
 * @param request the request
 * @param accesses what it does to what, and to how many items, keys or statements each
 */
record ApiCall(String operation, HttpMessage request, Map<Access, Integer> accesses) {

    ApiCall(String operation, HttpMessage request) {
        this(operation, request, Access.of(operation, Json.members(request.body())));
    }

    /** Reads a request; none if it belongs to neither API. */
    static Optional<ApiCall> of(HttpMessage request) {
        return request.header("X-Amz-Target")
                .map(target -> target.substring(target.indexOf('.') + 1))
                .map(operation -> new ApiCall(operation, request));
    }

    /** The same operation with another body. */
    ApiCall withBody(String body) {
        return new ApiCall(operation, request.withBody(body));
    }

    /** Members of the request's body, raw. */
    Map<String, String> members() {
        return Json.members(request.body());
    }

    /** Whether it touches a table, or its stream or index. */
    boolean touches(String table) {
        String resource = "table/" + table;
        return accesses.keySet().stream()
                .map(Access::resource)
                .anyMatch(touched -> touched.equals(resource) || touched.startsWith(resource + '/'));
    }
}
