package io.onlyonce.actuate;

import java.util.List;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why a request was refused.
 *
 * @param message what is wrong
 * @param choices what could be asked for instead
 */
record RefusalDescriptor(String message, List<String> choices) implements OperationResponseBody {}
