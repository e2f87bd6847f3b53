package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.Table.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Conditional writes of several items that succeed or fail together. Adding an item returns a
 * {@link Part}, with which the {@link Outcome} can be asked whether that item's condition failed.
 * The order in which items are added does not matter.
 */
public final class TransactWrite {
  private final String tableName;
  private final Function<List<TransactWriteItem>, List<CancellationReason>> execution;
  private final List<TransactWriteItem> items = new ArrayList<>();

  /**
   * @param execution writes all items or none; returns an empty list if it wrote them, otherwise
   *     one reason per item
   */
  TransactWrite(
      String tableName, Function<List<TransactWriteItem>, List<CancellationReason>> execution) {
    this.tableName = tableName;
    this.execution = execution;
  }

  /**
   * A reference to one item of a transaction.
   *
   * @param <T> the type of the item's value
   */
  static final class Part<T> {
    private final TransactWrite transaction;
    private final int position;
    private final @Nullable TableSchema<T> schema;

    private Part(TransactWrite transaction, int position, @Nullable TableSchema<T> schema) {
      this.transaction = transaction;
      this.position = position;
      this.schema = schema;
    }
  }

  /** Creates an item, on condition that none exists under its key. */
  <T> Part<T> create(TableSchema<T> schema, T item) {
    return put(schema, item, "attribute_not_exists(PK)", Map.of(), Map.of());
  }

  /** Puts an item, on condition that the stored item, or its absence, meets the condition. */
  <T> Part<T> put(
      TableSchema<T> schema,
      T item,
      String condition,
      Map<String, String> names,
      Map<String, AttributeValue> values) {
    var put =
        Put.builder()
            .tableName(tableName)
            .item(schema.itemToMap(item, true))
            .conditionExpression(condition)
            .expressionAttributeNames(Table.orNone(names))
            .expressionAttributeValues(Table.orNone(values))
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    return add(TransactWriteItem.builder().put(put).build(), schema);
  }

  /** Updates an item that meets the condition. */
  <T> Part<T> update(TableSchema<T> schema, Change change) {
    return add(changing(change), schema);
  }

  /** Updates an item without a schema, such as a counter, that meets the condition. */
  Part<Void> update(Change change) {
    return add(changing(change), null);
  }

  private TransactWriteItem changing(Change change) {
    var update =
        Update.builder()
            .tableName(tableName)
            .key(change.key())
            .updateExpression(change.update())
            .conditionExpression(change.condition())
            .expressionAttributeNames(Table.orNone(change.names()))
            .expressionAttributeValues(change.values())
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    return TransactWriteItem.builder().update(update).build();
  }

  /** Deletes an item that meets the condition. The old item is not returned. */
  Part<Void> delete(
      Map<String, AttributeValue> key, String condition, Map<String, AttributeValue> values) {
    var item =
        TransactWriteItem.builder()
            .delete(
                delete ->
                    delete
                        .tableName(tableName)
                        .key(key)
                        .conditionExpression(condition)
                        .expressionAttributeValues(Table.orNone(values)))
            .build();
    return add(item, null);
  }

  /** Requires that an item meets the condition, without writing it. */
  Part<Void> check(
      Map<String, AttributeValue> key, String condition, Map<String, AttributeValue> values) {
    var item =
        TransactWriteItem.builder()
            .conditionCheck(
                check ->
                    check
                        .tableName(tableName)
                        .key(key)
                        .conditionExpression(condition)
                        .expressionAttributeValues(Table.orNone(values)))
            .build();
    return add(item, null);
  }

  private <T> Part<T> add(TransactWriteItem item, @Nullable TableSchema<T> schema) {
    items.add(item);
    return new Part<>(this, items.size() - 1, schema);
  }

  /**
   * Writes all items, or none if a condition fails. Throws if it is unknown whether they were
   * written, or if DynamoDB rejected them for a reason other than a condition.
   */
  Outcome execute() {
    return new Outcome(this, execution.apply(List.copyOf(items)));
  }

  /** The result of a transaction. */
  static final class Outcome {
    private final TransactWrite transaction;
    private final List<CancellationReason> reasons;

    private Outcome(TransactWrite transaction, List<CancellationReason> reasons) {
      this.transaction = transaction;
      this.reasons = reasons;
    }

    /** Whether everything was written. Otherwise nothing was. */
    boolean isComplete() {
      return reasons.isEmpty();
    }

    /** Whether the condition of that part failed. */
    boolean isRefused(@Nullable Part<?> part) {
      return part != null && !isComplete() && Table.CONDITION_FAILED.equals(reason(part).code());
    }

    /** The item as it was when the part's condition failed, if there was one. */
    <T> Optional<T> found(Part<T> part) {
      return part.schema != null && isRefused(part) && reason(part).hasItem()
          ? Optional.of(part.schema.mapToItem(reason(part).item()))
          : Optional.empty();
    }

    private CancellationReason reason(Part<?> part) {
      if (part.transaction != transaction) {
        throw new IllegalArgumentException("the part belongs to another transaction");
      }
      return reasons.get(part.position);
    }

    /** The exception for a failed condition that cannot fail: a bug in our code. */
    IllegalStateException impossible() {
      return new IllegalStateException(
          "a transaction was refused unexpectedly: "
              + reasons.stream().map(CancellationReason::code).toList());
    }
  }
}
