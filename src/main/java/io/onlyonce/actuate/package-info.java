/** What actuator shows of the consumer: endpoint, health and info. */
@NullMarked
package io.onlyonce.actuate;

import org.jspecify.annotations.NullMarked;
