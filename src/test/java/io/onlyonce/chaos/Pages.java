package io.onlyonce.chaos;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** For each reader of a shard the last page that it got, so that it can get it once more. */
final class Pages {

    private static final int MOST = 64;
    private static final String INSERT = "\"eventName\":\"INSERT\"";

    /** By the iterator that the reader will ask with next. */
    private final Map<String, Page> previous = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Page> eldest) {
            return size() > MOST;
        }
    };

    /**
     * A page with records.
     *
     * @param answer the answer as a whole
     * @param inserts how many of the records are INSERTs
     */
    record Page(HttpMessage answer, int inserts) {}

    /** The page that a reader got before it came to this iterator. */
    synchronized Optional<Page> before(String iterator) {
        return Optional.ofNullable(previous.get(iterator));
    }

    /** Remembers what was answered to an iterator. */
    synchronized void read(String iterator, HttpMessage answer) {
        String body = answer.body();
        Map<String, String> members = Json.members(body);
        String next = members.get("NextShardIterator");
        boolean isEmpty = Json.elements(members.get("Records")).isEmpty();
        Page page = isEmpty ? previous.get(iterator) : new Page(answer, inserts(body));
        previous.remove(iterator);
        if (page != null && next != null && next.startsWith("\"")) {
            previous.put(Json.text(next), page);
        }
    }

    /** No other place can look like this one: within a string the quotes would be escaped, and attributes hold objects. */
    private static int inserts(String body) {
        int count = 0;
        for (int at = body.indexOf(INSERT); at >= 0; at = body.indexOf(INSERT, at + 1)) {
            count++;
        }
        return count;
    }
}
