package dev.photocredits.aws.dynamodb;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.EnhancedType;
import software.amazon.awssdk.enhanced.dynamodb.mapper.StaticAttributeTags;
import software.amazon.awssdk.enhanced.dynamodb.mapper.StaticImmutableTableSchema;

/** The attributes of an item on their way to a value; a missing one fails with its name. */
final class Fields {
  /** Sorts as text in the order of time: always nine digits after the second. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Map<String, Object> values = new HashMap<>();

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  String text(String name) {
    return required(name, String.class);
  }

  @Nullable String optionalText(String name) {
    return (String) values.get(name);
  }

  int integer(String name) {
    return Math.toIntExact(number(name));
  }

  long number(String name) {
    return required(name, Long.class);
  }

  /** The number, or zero if there is none. */
  int optionalInteger(String name) {
    return values.get(name) instanceof Long number ? Math.toIntExact(number) : 0;
  }

  Instant instant(String name) {
    return Instant.parse(text(name));
  }

  @SuppressWarnings("unchecked") // only a schema's list attribute puts one here, and of strings
  List<String> texts(String name) {
    return (List<String>) required(name, List.class);
  }

  @SuppressWarnings("unchecked") // only a schema's map attribute puts one here, and of numbers
  Map<String, Long> numbers(String name) {
    return (Map<String, Long>) required(name, Map.class);
  }

  private <T> T required(String name, Class<T> type) {
    var value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("a stored item has no " + name);
    }
    return type.cast(value);
  }

  /** Describes how values of a type are stored: by the getters, and back by {@code build}. */
  static <T> Schema<T> schema(Class<T> type, Function<Fields, T> build) {
    return new Schema<>(
        StaticImmutableTableSchema.builder(type, Fields.class).newItemBuilder(Fields::new, build));
  }

  /** Collects the attributes of a type. A getter that gives null leaves the attribute out. */
  static final class Schema<T> {
    private final StaticImmutableTableSchema.Builder<T, Fields> builder;

    private Schema(StaticImmutableTableSchema.Builder<T, Fields> builder) {
      this.builder = builder;
    }

    Schema<T> key(Function<T, String> partition, Function<T, String> sort) {
      builder.addAttribute(
          String.class,
          a ->
              a.name(Keys.PK)
                  .getter(partition)
                  .setter((fields, value) -> fields.put(Keys.PK, value))
                  .tags(StaticAttributeTags.primaryPartitionKey()));
      builder.addAttribute(
          String.class,
          a ->
              a.name(Keys.SK)
                  .getter(sort)
                  .setter((fields, value) -> fields.put(Keys.SK, value))
                  .tags(StaticAttributeTags.primarySortKey()));
      return this;
    }

    Schema<T> text(String name, Function<T, @Nullable String> getter) {
      return attribute(name, EnhancedType.of(String.class), getter);
    }

    Schema<T> number(String name, Function<T, @Nullable Long> getter) {
      return attribute(name, EnhancedType.of(Long.class), getter);
    }

    Schema<T> texts(String name, Function<T, @Nullable List<String>> getter) {
      return attribute(name, EnhancedType.listOf(String.class), getter);
    }

    Schema<T> numbers(String name, Function<T, @Nullable Map<String, Long>> getter) {
      return attribute(name, EnhancedType.mapOf(String.class, Long.class), getter);
    }

    private <V> Schema<T> attribute(
        String name, EnhancedType<V> type, Function<T, @Nullable V> getter) {
      builder.addAttribute(
          type,
          a -> a.name(name).getter(getter).setter((fields, value) -> fields.put(name, value)));
      return this;
    }

    StaticImmutableTableSchema<T, Fields> build() {
      return builder.build();
    }
  }

  private void put(String name, @Nullable Object value) {
    if (value != null) {
      values.put(name, value);
    }
  }
}
