/** Reads shards with the Kinesis Client Library and the DynamoDB Streams adapter, sharing them among processes. */
@NullMarked
package io.onlyonce.kcl;

import org.jspecify.annotations.NullMarked;
