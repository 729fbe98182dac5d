package io.onlyonce.fake;

import java.util.AbstractList;
import java.util.RandomAccess;
import java.util.function.LongFunction;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** Records that are made whenever they are looked at, so that a backlog takes no memory however long it is. */
final class GeneratedRecords extends AbstractList<Record> implements RandomAccess {

    private final long firstNumber;
    private final int count;
    private final LongFunction<Record> record;

    GeneratedRecords(long firstNumber, int count, LongFunction<Record> record) {
        this.firstNumber = firstNumber;
        this.count = count;
        this.record = record;
    }

    @Override
    public Record get(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(index);
        }
        return record.apply(firstNumber + index);
    }

    @Override
    public int size() {
        return count;
    }
}
