/** Records that were set aside after the last attempt, whole, until an operator redrives or discards them. */
@NullMarked
package io.onlyonce.quarantine;

import org.jspecify.annotations.NullMarked;
