/** The built-in engine: finds the shards of a stream, reads them parents first, and hands their records to the record path. */
@NullMarked
package io.onlyonce.polling;

import org.jspecify.annotations.NullMarked;
