/** The one path a record takes: claim, publish to listeners, retry or set aside, complete. */
@NullMarked
package io.onlyonce.publication;

import org.jspecify.annotations.NullMarked;
