/** What starts, stops and reports a consumer. */
@NullMarked
package io.onlyonce.engine;

import org.jspecify.annotations.NullMarked;
