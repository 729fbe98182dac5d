package io.onlyonce.bench;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where items are forwarded to. */
interface Outlet {

    /** Forgets what has arrived. */
    void clear();

    /** Sends an item in a call of its own. */
    void send(Map<String, AttributeValue> item);

    /** Arguments of a service, whose forward has a property prefix. */
    List<String> arguments(String forward);

    /** Items that have arrived. */
    long arrived();

    /** Calls that have reached it, since it was made. */
    long calls();
}
