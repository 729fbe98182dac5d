/** The service: it gets the consumer by auto-configuration, as any application does. */
@NullMarked
package io.onlyonce.app;

import org.jspecify.annotations.NullMarked;
