/** How far each shard has been processed, kept for the next holder of the shard. */
@NullMarked
package io.onlyonce.checkpoint;

import org.jspecify.annotations.NullMarked;
