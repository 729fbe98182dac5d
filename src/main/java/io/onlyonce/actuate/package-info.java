/** What operators see and do over actuator. */
@NullMarked
package io.onlyonce.actuate;

import org.jspecify.annotations.NullMarked;
