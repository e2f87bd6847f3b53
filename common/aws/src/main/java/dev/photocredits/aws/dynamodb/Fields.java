package dev.photocredits.aws.dynamodb;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attributes of a stored item; a missing one fails with its name. */
record Fields(Map<String, AttributeValue> item) {
  /** Sorts as text in the order of time: always nine digits after the second. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  String text(String name) {
    return required(name, optionalText(name));
  }

  @Nullable String optionalText(String name) {
    var value = item.get(name);
    return value == null ? null : value.s();
  }

  int integer(String name) {
    return Math.toIntExact(number(name));
  }

  long number(String name) {
    return Long.parseLong(required(name, digits(name)));
  }

  /** The number, or zero if there is none. */
  int optionalInteger(String name) {
    var digits = digits(name);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  Instant instant(String name) {
    return Instant.parse(text(name));
  }

  List<String> texts(String name) {
    return required(name, item.get(name)).l().stream().map(AttributeValue::s).toList();
  }

  Map<String, Long> numbers(String name) {
    return required(name, item.get(name)).m().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> Long.valueOf(entry.getValue().n())));
  }

  private @Nullable String digits(String name) {
    var value = item.get(name);
    return value == null ? null : value.n();
  }

  private static <V> V required(String name, @Nullable V value) {
    if (value == null) {
      throw new IllegalStateException("a stored item has no " + name);
    }
    return value;
  }
}
