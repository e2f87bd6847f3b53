package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.AttributeValueType;
import software.amazon.awssdk.enhanced.dynamodb.EnhancedType;
import software.amazon.awssdk.enhanced.dynamodb.TableMetadata;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.enhanced.dynamodb.mapper.StaticTableMetadata;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Converts values of a type to items and back. We do not use the library's own schemas because,
 * before the first item is read, they load a hundred converters to choose the four that we need.
 */
final class Schema<T> implements TableSchema<T> {
  private static final TableMetadata METADATA =
      StaticTableMetadata.builder()
          .addIndexPartitionKey(TableMetadata.primaryIndexName(), Keys.PK, AttributeValueType.S)
          .addIndexSortKey(TableMetadata.primaryIndexName(), Keys.SK, AttributeValueType.S)
          .build();

  private final Class<T> type;
  private final Function<Fields, T> read;
  private final BiFunction<T, Item, Item> write;

  private Schema(Class<T> type, Function<Fields, T> read, BiFunction<T, Item, Item> write) {
    this.type = type;
    this.read = read;
    this.write = write;
  }

  static <T> Schema<T> of(
      Class<T> type, Function<Fields, T> read, BiFunction<T, Item, Item> write) {
    return new Schema<>(type, read, write);
  }

  /** An item that is being written. Null values are left out. */
  static final class Item {
    private final Map<String, AttributeValue> attributes = new HashMap<>();

    Item key(String partition, String sort) {
      return text(Keys.PK, partition).text(Keys.SK, sort);
    }

    Item text(String name, @Nullable String text) {
      return put(name, text == null ? null : AttributeValue.fromS(text));
    }

    Item number(String name, @Nullable Long number) {
      return put(name, number == null ? null : AttributeValue.fromN(number.toString()));
    }

    Item number(String name, int number) {
      return number(name, (long) number);
    }

    Item texts(String name, @Nullable List<String> texts) {
      return put(
          name,
          texts == null
              ? null
              : AttributeValue.fromL(texts.stream().map(AttributeValue::fromS).toList()));
    }

    Item numbers(String name, Map<String, Long> numbers) {
      return put(
          name,
          AttributeValue.fromM(
              numbers.entrySet().stream()
                  .collect(
                      Collectors.toMap(
                          Map.Entry::getKey,
                          entry -> AttributeValue.fromN(entry.getValue().toString())))));
    }

    /** A map of nested items by their ids. */
    <K, V> Item items(
        String name, Map<K, V> values, Function<K, String> id, BiFunction<V, Item, Item> write) {
      return put(
          name,
          AttributeValue.fromM(
              values.entrySet().stream()
                  .collect(
                      Collectors.toMap(
                          entry -> id.apply(entry.getKey()),
                          entry ->
                              AttributeValue.fromM(
                                  write.apply(entry.getValue(), new Item()).attributes)))));
    }

    Item lots(String name, Lots lots) {
      return put(name, lots.isEmpty() ? null : Fields.lots(lots));
    }

    Item reversals(String name, OpenReversals reversals) {
      return put(name, reversals.isEmpty() ? null : Fields.reversals(reversals));
    }

    private Item put(String name, @Nullable AttributeValue value) {
      if (value != null) {
        attributes.put(name, value);
      }
      return this;
    }
  }

  @Override
  public T mapToItem(Map<String, AttributeValue> item) {
    return read.apply(new Fields(item));
  }

  @Override
  public Map<String, AttributeValue> itemToMap(T value, boolean ignoreNulls) {
    return write.apply(value, new Item()).attributes;
  }

  @Override
  public Map<String, AttributeValue> itemToMap(T value, Collection<String> names) {
    var item = itemToMap(value, true);
    item.keySet().retainAll(names);
    return item;
  }

  @Override
  public @Nullable AttributeValue attributeValue(T value, String name) {
    return itemToMap(value, true).get(name);
  }

  @Override
  public TableMetadata tableMetadata() {
    return METADATA;
  }

  @Override
  public EnhancedType<T> itemType() {
    return EnhancedType.of(type);
  }

  /** Unsupported: the attributes depend on the value. */
  @Override
  public List<String> attributeNames() {
    throw new UnsupportedOperationException("the attribute names depend on the value");
  }

  @Override
  public boolean isAbstract() {
    return false;
  }
}
