package io.onlyonce.publication;

import io.awspring.cloud.dynamodb.DynamoDbTableNameResolver;
import io.awspring.cloud.dynamodb.DynamoDbTableSchemaResolver;
import java.util.function.Supplier;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** What Spring Cloud AWS knows of an item's class: its schema and its table. Asked late, because listeners are found before every bean is there. */
public final class ItemTypes {

    private final Supplier<DynamoDbTableSchemaResolver> schemas;
    private final Supplier<DynamoDbTableNameResolver> names;

    /** The suppliers are called when the first listener is bound. */
    public ItemTypes(Supplier<DynamoDbTableSchemaResolver> schemas, Supplier<DynamoDbTableNameResolver> names) {
        this.schemas = schemas;
        this.names = names;
    }

    /** Mapper for a class. */
    <T> ItemMapper<T> mapper(Class<T> type) {
        TableSchema<T> schema = schemas.get().resolve(type);
        return schema::mapToItem;
    }

    /** Table that a class belongs to. */
    String table(Class<?> type) {
        return names.get().resolve(type);
    }
}
