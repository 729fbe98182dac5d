/** Stand-ins for AWS and time that do on command what an emulator never does. */
@NullMarked
package io.onlyonce.fake;

import org.jspecify.annotations.NullMarked;
