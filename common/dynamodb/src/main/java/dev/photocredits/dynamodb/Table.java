package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.values.Page;
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
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * The DynamoDB table, with typed, strongly consistent reads and conditional writes. Only an
 * unconditional put goes through the enhanced client; all other calls use its schemas (ADR 26).
 */
public final class Table {
  static final String CONDITION_FAILED = "ConditionalCheckFailed";

  private final String name;
  private final DynamoDbClient client;
  private final DynamoDbEnhancedClient enhanced;
  private final ConflictRetry contention;

  Table(
      String name,
      DynamoDbClient client,
      DynamoDbEnhancedClient enhanced,
      ConflictRetry contention) {
    this.name = name;
    this.client = client;
    this.enhanced = enhanced;
    this.contention = contention;
  }

  <T> Optional<T> find(TableSchema<T> schema, String partition, String sort) {
    return find(partition, sort).map(schema::mapToItem);
  }

  /** The item with all of its attributes. */
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
   * A page of the items whose sort keys have that prefix, in descending order, starting below
   * {@code before} if that is given.
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

  /** All items whose sort keys have that prefix, in descending order. */
  <T> List<T> all(TableSchema<T> schema, String partition, String prefix) {
    return items(schema, newestFirst(partition, prefix)).toList();
  }

  /** All sort keys of the partition that have that prefix, in descending order. */
  List<String> sortKeys(String partition, String prefix) {
    return client.queryPaginator(newestFirst(partition, prefix).build()).items().stream()
        .map(item -> Objects.requireNonNull(item.get(Keys.SK)).s())
        .toList();
  }

  private <T> Stream<T> items(TableSchema<T> schema, QueryRequest.Builder query) {
    return client.queryPaginator(query.build()).items().stream().map(schema::mapToItem);
  }

  /** All items of a partition with all of their attributes, by descending sort key. */
  List<Map<String, AttributeValue>> partition(String partition) {
    var query =
        QueryRequest.builder()
            .tableName(name)
            .keyConditionExpression("PK = :partition")
            .expressionAttributeValues(Map.of(":partition", AttributeValue.fromS(partition)))
            .scanIndexForward(false)
            .consistentRead(true)
            .build();
    return client.queryPaginator(query).items().stream().toList();
  }

  /** The keys of the items of a partition whose attribute has that value. */
  List<Map<String, AttributeValue>> keysWith(
      String partition, String attribute, AttributeValue value) {
    var query =
        QueryRequest.builder()
            .tableName(name)
            .keyConditionExpression("PK = :partition")
            .filterExpression("#attribute = :value")
            .projectionExpression("PK, SK")
            .expressionAttributeNames(Map.of("#attribute", attribute))
            .expressionAttributeValues(
                Map.of(":partition", AttributeValue.fromS(partition), ":value", value))
            .consistentRead(true)
            .build();
    return client.queryPaginator(query).items().stream().toList();
  }

  /**
   * A page of one segment of the table, in no particular order, for the audit. It may be empty and
   * not the last one: feedback counts towards the limit and is not returned.
   *
   * @param after the key of the last item of the previous page, or null for the first page
   * @param limit the maximum number of items to read
   */
  Scanned scan(int segment, int segments, @Nullable Map<String, AttributeValue> after, int limit) {
    var found =
        client.scan(
            scan ->
                scan.tableName(name)
                    .segment(segment)
                    .totalSegments(segments)
                    .exclusiveStartKey(after)
                    .limit(limit)
                    .filterExpression("NOT begins_with(PK, :feedback)")
                    .expressionAttributeValues(
                        Map.of(":feedback", AttributeValue.fromS(Keys.FEEDBACK)))
                    .consistentRead(true));
    return new Scanned(
        found.items(), found.hasLastEvaluatedKey() ? found.lastEvaluatedKey() : null);
  }

  /**
   * A page of a scan.
   *
   * @param last the key after which the next page begins, or null if this is the last page
   */
  record Scanned(
      List<Map<String, AttributeValue>> items, @Nullable Map<String, AttributeValue> last) {}

  /**
   * A page of the keys in one partition of an index, by ascending sort key, up to and including
   * {@code most}, starting after {@code after} if that is given. An index may lag behind the table.
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

  /** Puts an item without a condition: for items whose id is unique or that may be overwritten. */
  <T> void put(TableSchema<T> schema, T item) {
    enhanced.table(name, schema).putItem(item);
  }

  // DynamoDB rejects an empty map.
  static <V> @Nullable Map<String, V> orNone(Map<String, V> map) {
    return map.isEmpty() ? null : map;
  }

  /** A transaction that writes nothing until it is executed. */
  TransactWrite transaction() {
    return new TransactWrite(name, this::write);
  }

  // Every attempt of the SDK and of ConflictRetry carries the same token, by which DynamoDB
  // recognizes a repeat for ten minutes.
  private List<CancellationReason> write(List<TransactWriteItem> items) {
    var request =
        TransactWriteItemsRequest.builder()
            .transactItems(items)
            .clientRequestToken(UUID.randomUUID().toString())
            .build();
    try {
      contention.retry(() -> client.transactWriteItems(request));
      return List.of();
    } catch (TransactionCanceledException e) {
      var reasons = e.cancellationReasons();
      if (ConflictRetry.isTransient(e)
          || reasons.stream().noneMatch(reason -> CONDITION_FAILED.equals(reason.code()))) {
        throw e;
      }
      return reasons;
    }
  }

  /** Updates one item if it meets the condition. */
  Updated update(Change change) {
    var request =
        UpdateItemRequest.builder()
            .tableName(name)
            .key(change.key())
            .updateExpression(change.update())
            .conditionExpression(change.condition())
            .expressionAttributeNames(orNone(change.names()))
            .expressionAttributeValues(orNone(change.values()))
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    try {
      contention.retry(() -> client.updateItem(request));
      return new Updated(true, Map.of());
    } catch (ConditionalCheckFailedException e) {
      return new Updated(false, e.item());
    }
  }

  /**
   * An update of one item.
   *
   * @param condition a positive condition that the item must meet
   */
  record Change(
      Map<String, AttributeValue> key,
      String update,
      String condition,
      Map<String, String> names,
      Map<String, AttributeValue> values) {}

  /**
   * The result of an update of one item.
   *
   * @param isComplete whether the item was written; otherwise its condition failed
   * @param before the item as it was when its condition failed; empty if there was none
   */
  record Updated(boolean isComplete, Map<String, AttributeValue> before) {

    /** The item as it was when its condition failed, if there was one. */
    <T> Optional<T> found(TableSchema<T> schema) {
      return before.isEmpty() ? Optional.empty() : Optional.of(schema.mapToItem(before));
    }

    /** The exception for a failed condition that cannot fail: a bug in our code. */
    IllegalStateException impossible() {
      return new IllegalStateException("an update of one item was refused unexpectedly");
    }
  }
}
