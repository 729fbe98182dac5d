package io.onlyonce.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * One of the tables that Onlyonce keeps for itself.
 *
 * @param request request that creates it
 * @param timeToLiveAttribute attribute that lets DynamoDB delete items; absent if items stay
 */
record TableDefinition(CreateTableRequest request, @Nullable String timeToLiveAttribute) {

    String name() {
        return request.tableName();
    }

    /** Primary key in words, as {@code pk (HASH, S)}. */
    String key() {
        return key(request.keySchema(), request.attributeDefinitions());
    }

    /** Primary key of an existing table, in the same words. */
    static String keyOf(TableDescription table) {
        return key(table.keySchema(), table.attributeDefinitions());
    }

    private static String key(List<KeySchemaElement> schema, List<AttributeDefinition> attributes) {
        return schema.stream()
                .map(element -> "%s (%s, %s)"
                        .formatted(
                                element.attributeName(),
                                element.keyTypeAsString(),
                                type(element.attributeName(), attributes)))
                .collect(Collectors.joining(", "));
    }

    private static String type(String name, List<AttributeDefinition> attributes) {
        return attributes.stream()
                .filter(attribute -> attribute.attributeName().equals(name))
                .map(AttributeDefinition::attributeTypeAsString)
                .findFirst()
                .orElse("?");
    }
}
