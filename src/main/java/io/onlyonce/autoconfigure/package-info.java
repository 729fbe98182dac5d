/** Properties and auto-configurations: what an application gets by having Onlyonce on its class path. */
@NullMarked
package io.onlyonce.autoconfigure;

import org.jspecify.annotations.NullMarked;
