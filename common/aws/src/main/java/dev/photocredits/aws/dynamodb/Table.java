package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.Page;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** The one table: typed, strongly consistent reads, and conditional writes. */
final class Table {
  static final String CONDITION_FAILED = "ConditionalCheckFailed";

  private final String name;
  private final DynamoDbClient client;
  private final DynamoDbEnhancedClient enhanced;
  private final Contention contention;

  Table(
      String name, DynamoDbClient client, DynamoDbEnhancedClient enhanced, Contention contention) {
    this.name = name;
    this.client = client;
    this.enhanced = enhanced;
    this.contention = contention;
  }

  <T> Optional<T> find(TableSchema<T> schema, String partition, String sort) {
    return find(partition, sort).map(schema::mapToItem);
  }

  /** The item as it is, whatever it holds. */
  Optional<Map<String, AttributeValue>> find(String partition, String sort) {
    var request =
        GetItemRequest.builder()
            .tableName(name)
            .key(Keys.item(partition, sort))
            .consistentRead(true)
            .build();
    var found = client.getItem(request);
    return found.hasItem() ? Optional.of(found.item()) : Optional.empty();
  }

  /**
   * A page of the items whose sort keys have that prefix, greatest first; those below {@code
   * before}, if it is given.
   */
  <T> Page<T> newestFirst(
      TableSchema<T> schema, String partition, String prefix, @Nullable String before, int limit) {
    var query = newestFirst(partition, prefix).limit(limit + 1);
    if (before != null) {
      query.exclusiveStartKey(Keys.item(partition, before));
    }
    var found = items(schema, query).limit(limit + 1L).toList();
    return new Page<>(found.stream().limit(limit).toList(), found.size() > limit);
  }

  private QueryRequest.Builder newestFirst(String partition, String prefix) {
    return QueryRequest.builder()
        .tableName(name)
        .keyConditionExpression("PK = :partition AND begins_with(SK, :prefix)")
        .expressionAttributeValues(
            Map.of(
                ":partition", AttributeValue.fromS(partition),
                ":prefix", AttributeValue.fromS(prefix)))
        .scanIndexForward(false)
        .consistentRead(true);
  }

  /** All items whose sort keys have that prefix, greatest first. */
  <T> List<T> all(TableSchema<T> schema, String partition, String prefix) {
    return items(schema, newestFirst(partition, prefix)).toList();
  }

  /** The sort keys of all items that begin with that. */
  List<String> sortKeys(String partition, String prefix) {
    return client.queryPaginator(newestFirst(partition, prefix).build()).items().stream()
        .map(item -> Objects.requireNonNull(item.get(Keys.SK)).s())
        .toList();
  }

  private <T> Stream<T> items(TableSchema<T> schema, QueryRequest.Builder query) {
    return client.queryPaginator(query.build()).items().stream().map(schema::mapToItem);
  }

  /** Every item of the table, in no order; to be read by an audit, never for an answer. */
  Stream<Map<String, AttributeValue>> scan() {
    return client.scanPaginator(scan -> scan.tableName(name).consistentRead(true)).items().stream();
  }

  /**
   * The keys of the items of an index's partition, in the order of its sort key, up to {@code most}
   * in that order; those behind {@code after}, if it is given. An index may be behind the table.
   */
  Page<Map<String, AttributeValue>> oldestFirst(
      String index,
      Map.Entry<String, String> partition,
      Map.Entry<String, String> most,
      @Nullable Map<String, AttributeValue> after,
      int limit) {
    var query =
        QueryRequest.builder()
            .tableName(name)
            .indexName(index)
            .keyConditionExpression("#partition = :partition AND #sort <= :most")
            .expressionAttributeNames(
                Map.of("#partition", partition.getKey(), "#sort", most.getKey()))
            .expressionAttributeValues(
                Map.of(
                    ":partition", AttributeValue.fromS(partition.getValue()),
                    ":most", AttributeValue.fromS(most.getValue())))
            .exclusiveStartKey(after)
            .limit(limit)
            .build();
    var found = client.query(query);
    return new Page<>(found.items(), found.hasLastEvaluatedKey());
  }

  /** Puts an item, without a condition: for what is written once under an id of its own. */
  <T> void put(TableSchema<T> schema, T item) {
    enhanced.table(name, schema).putItem(item);
  }

  /** Part of a transaction: a new item, where there is none. */
  <T> TransactWriteItem create(TableSchema<T> schema, T item) {
    return put(schema, item, "attribute_not_exists(PK)", Map.of(), Map.of());
  }

  /** Part of a transaction: an item, where what is there meets the condition. */
  <T> TransactWriteItem put(
      TableSchema<T> schema,
      T item,
      String condition,
      Map<String, String> names,
      Map<String, AttributeValue> values) {
    return TransactWriteItem.builder()
        .put(
            Put.builder()
                .tableName(name)
                .item(schema.itemToMap(item, true))
                .conditionExpression(condition)
                .expressionAttributeNames(orNone(names))
                .expressionAttributeValues(orNone(values))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build())
        .build();
  }

  // DynamoDB refuses an empty map.
  private static <V> @Nullable Map<String, V> orNone(Map<String, V> map) {
    return map.isEmpty() ? null : map;
  }

  /** Part of a transaction: the end of an item that meets the condition. */
  TransactWriteItem delete(
      Map<String, AttributeValue> key, String condition, Map<String, AttributeValue> values) {
    return TransactWriteItem.builder()
        .delete(
            delete ->
                delete
                    .tableName(name)
                    .key(key)
                    .conditionExpression(condition)
                    .expressionAttributeValues(orNone(values)))
        .build();
  }

  /** Part of a transaction: that an item meets the condition. */
  TransactWriteItem check(
      Map<String, AttributeValue> key, String condition, Map<String, AttributeValue> values) {
    return TransactWriteItem.builder()
        .conditionCheck(
            check ->
                check
                    .tableName(name)
                    .key(key)
                    .conditionExpression(condition)
                    .expressionAttributeValues(orNone(values)))
        .build();
  }

  /** Part of a transaction: a change of an item that meets the condition. */
  TransactWriteItem update(Change change) {
    return TransactWriteItem.builder()
        .update(
            Update.builder()
                .tableName(name)
                .key(change.key())
                .updateExpression(change.update())
                .conditionExpression(change.condition())
                .expressionAttributeNames(orNone(change.names()))
                .expressionAttributeValues(change.values())
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build())
        .build();
  }

  /**
   * Writes all of it or nothing, once, however often the SDK or we have to send it: every attempt
   * carries the same token, by which DynamoDB knows it again for ten minutes.
   */
  Written write(TransactWriteItem... items) {
    return write(List.of(items));
  }

  /** The same. */
  Written write(List<TransactWriteItem> items) {
    var request =
        TransactWriteItemsRequest.builder()
            .transactItems(items)
            .clientRequestToken(UUID.randomUUID().toString())
            .build();
    try {
      contention.retry(() -> client.transactWriteItems(request));
      return new Written(List.of());
    } catch (TransactionCanceledException e) {
      var refused = new Written(e.cancellationReasons());
      if (refused.isComplete()) {
        throw e;
      }
      return refused;
    }
  }

  /** Changes one item that meets the condition. */
  Written writeAlone(Change change) {
    var request =
        UpdateItemRequest.builder()
            .tableName(name)
            .key(change.key())
            .updateExpression(change.update())
            .conditionExpression(change.condition())
            .expressionAttributeNames(orNone(change.names()))
            .expressionAttributeValues(change.values())
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    try {
      contention.retry(() -> client.updateItem(request));
      return new Written(List.of());
    } catch (ConditionalCheckFailedException e) {
      return new Written(
          List.of(
              CancellationReason.builder()
                  .code(CONDITION_FAILED)
                  .item(e.hasItem() ? e.item() : null)
                  .build()));
    }
  }

  /**
   * A change of one item.
   *
   * @param condition what must be true of the item for it; positive
   */
  record Change(
      Map<String, AttributeValue> key,
      String update,
      String condition,
      Map<String, String> names,
      Map<String, AttributeValue> values) {}

  /**
   * What became of a write.
   *
   * @param reasons one for each part, in their order; none if all of it was written
   */
  record Written(List<CancellationReason> reasons) {

    /** Whether no condition failed. */
    boolean isComplete() {
      return reasons.stream().noneMatch(reason -> CONDITION_FAILED.equals(reason.code()));
    }

    /** Whether the condition of that part failed. */
    boolean refused(int part) {
      return part < reasons.size() && CONDITION_FAILED.equals(reasons.get(part).code());
    }

    /** The item that failed the condition of that part, as it was, if there was one. */
    <T> Optional<T> found(int part, TableSchema<T> schema) {
      return refused(part) && reasons.get(part).hasItem()
          ? Optional.of(schema.mapToItem(reasons.get(part).item()))
          : Optional.empty();
    }

    /** Our bug: a condition failed that cannot. */
    IllegalStateException impossible() {
      return new IllegalStateException(
          "a write was refused: " + reasons.stream().map(CancellationReason::code).toList());
    }
  }
}
