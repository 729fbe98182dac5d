/** Meters of the consumer, driven by what it tells its listeners and by the engine's status. */
@NullMarked
package io.onlyonce.metrics;

import org.jspecify.annotations.NullMarked;
