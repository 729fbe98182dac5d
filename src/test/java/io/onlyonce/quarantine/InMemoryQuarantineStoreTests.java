package io.onlyonce.quarantine;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class InMemoryQuarantineStoreTests extends QuarantineStoreContract {

    private final InMemoryQuarantineStore store = new InMemoryQuarantineStore();

    @Override
    QuarantineStore open() {
        return store;
    }

    @Override
    void write(TransactWriteItem write) {
        store.apply(List.of(write));
    }
}
