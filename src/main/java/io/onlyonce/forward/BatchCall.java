package io.onlyonce.forward;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends at most ten messages in one call. */
@FunctionalInterface
interface BatchCall {

    /** Says of each message, in their order, why it was not taken; null if it was. Throws the SDK's exception if the call failed as a whole. */
    List<@Nullable RuntimeException> send(List<OutgoingMessage> messages);
}
