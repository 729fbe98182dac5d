package io.onlyonce.checkpoint;

class InMemoryCheckpointStoreTests extends CheckpointStoreContract {

    private final CheckpointStore store = new InMemoryCheckpointStore();

    @Override
    CheckpointStore store() {
        return store;
    }
}
