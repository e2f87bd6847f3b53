package dev.photocredits.emulators;

import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;

/** Creates the template's table for local runs and tests, where there is no CloudFormation. */
public final class Tables {
  private Tables() {}

  /**
   * Creates a table with the given keys, indexes and expiry, and waits until it exists. Does
   * nothing if there is a table of that name.
   */
  public static void create(DynamoDbClient client, String name, Template.Table shape) {
    try {
      client.createTable(request(name, shape));
    } catch (ResourceInUseException exists) {
      return;
    }
    client.waiter().waitUntilTableExists(table -> table.tableName(name));
    shape
        .expiryAttribute()
        .ifPresent(
            attribute ->
                client.updateTimeToLive(
                    update ->
                        update
                            .tableName(name)
                            .timeToLiveSpecification(
                                expiry -> expiry.attributeName(attribute).enabled(true))));
  }

  private static CreateTableRequest request(String name, Template.Table shape) {
    var request =
        CreateTableRequest.builder()
            .tableName(name)
            .billingMode(BillingMode.PAY_PER_REQUEST)
            .keySchema(shape.keys().stream().map(Tables::key).toList())
            .attributeDefinitions(
                shape.attributeTypes().entrySet().stream()
                    .map(
                        type ->
                            AttributeDefinition.builder()
                                .attributeName(type.getKey())
                                .attributeType(type.getValue())
                                .build())
                    .toList());
    if (!shape.indexes().isEmpty()) {
      request.globalSecondaryIndexes(shape.indexes().stream().map(Tables::index).toList());
    }
    return request.build();
  }

  private static KeySchemaElement key(Template.Key key) {
    return KeySchemaElement.builder().attributeName(key.attribute()).keyType(key.type()).build();
  }

  private static GlobalSecondaryIndex index(Template.Index index) {
    return GlobalSecondaryIndex.builder()
        .indexName(index.name())
        .keySchema(index.keys().stream().map(Tables::key).toList())
        .projection(Projection.builder().projectionType(index.projection()).build())
        .build();
  }
}
