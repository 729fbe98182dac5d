package io.onlyonce.actuate;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why a request was not answered as wished.
 *
 * @param message words for an operator
 */
record ProblemDescriptor(String message) implements OperationResponseBody {}
