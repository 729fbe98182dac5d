package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTests {

    @Test
    void cutsObjectsAndArrays() {
        String object =
                " { \"a\" : [ 1 , {\"x]\":\"}\\\"\"} ,true ], \"b\":{\"c\":null},\"d\":-1.5e3 , \"e\" : \"\" } ";

        assertThat(Json.members(object))
                .containsExactly(
                        entry("a", "[ 1 , {\"x]\":\"}\\\"\"} ,true ]"),
                        entry("b", "{\"c\":null}"),
                        entry("d", "-1.5e3"),
                        entry("e", "\"\""));
        assertThat(Json.elements("[ 1 , {\"x]\":\"}\\\"\"} ,true ]"))
                .containsExactly("1", "{\"x]\":\"}\\\"\"}", "true");
        assertThat(Json.elements("[]")).isEmpty();
        assertThat(Json.members("{ }")).isEmpty();
    }

    @Test
    void joinsWhatWasCut() {
        String object = "{\"a\":[1,{\"b\":\"}\"}],\"c\":{}}";

        assertThat(Json.object(Json.members(object))).isEqualTo(object);
        assertThat(Json.array(Json.elements("[1,{\"b\":\"}\"}]"))).isEqualTo("[1,{\"b\":\"}\"}]");
    }

    @Test
    void readsAndWritesText() {
        assertThat(Json.text("\"a\\\"\\\\\\/\\n\\u00e4\"")).isEqualTo("a\"\\/\nä");
        assertThat(Json.text(Json.quote("ä€😀\"\\"))).isEqualTo("ä€😀\"\\");
        assertThat(Json.object(Map.of("ä", "1"))).isEqualTo("{\"Ã¤\":1}");
    }
}
