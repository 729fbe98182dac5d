/** Events that Onlyonce publishes on the application event bus: everything that a listener needs to know. */
@NullMarked
package io.onlyonce;

import org.jspecify.annotations.NullMarked;
