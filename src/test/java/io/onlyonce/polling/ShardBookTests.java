package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.stream.ShardId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardBookTests {

    private final ShardId unknown = new ShardId("unknown");
    private final ShardId root = new ShardId("root");
    private final ShardId child = new ShardId("child");
    private final ShardId grandchild = new ShardId("grandchild");
    private final ShardBook book = new ShardBook("arn", List.of());

    @Test
    void forgottenShardsLeaveNothingBehind() {
        book.add(new ListedShard(root, unknown, true));
        book.add(new ListedShard(child, root, true));
        book.add(new ListedShard(grandchild, child, false));

        book.forget(root);
        book.forget(child);

        assertThat(book.hasChild(unknown)).isFalse();
        assertThat(book.hasChild(root)).isFalse();
        assertThat(book.hasChild(child)).isFalse();
    }

    @Test
    void parentOfAForgottenShardKeepsItsChildAsLongAsItIsKnown() {
        book.add(new ListedShard(root, null, true));
        book.add(new ListedShard(child, root, true));

        book.forget(child);

        assertThat(book.hasChild(root)).isTrue();
    }
}
