/** Listeners that ship with the service, made from properties. */
@NullMarked
package io.onlyonce.forward;

import org.jspecify.annotations.NullMarked;
