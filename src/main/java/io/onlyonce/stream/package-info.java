/** Vocabulary of DynamoDB Streams as values: records, shards, sequence numbers and positions in a shard. */
@NullMarked
package io.onlyonce.stream;

import org.jspecify.annotations.NullMarked;
