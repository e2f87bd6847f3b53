package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Form-encoded parameters by their full names, such as {@code line_items[0][quantity]}. A name that
 * ends in {@code []} gets the next free index. Every accessor throws the {@link StripeError} that
 * Stripe would return for an invalid value.
 */
final class Form {
  private static final Pattern INDEX = Pattern.compile("\\[\\d+]");

  private final Map<String, String> values;

  private Form(Map<String, String> values) {
    this.values = values;
  }

  static Form parse(String encoded) {
    var values = new TreeMap<String, String>();
    for (var pair : encoded.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      var equals = pair.indexOf('=');
      var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      values.put(
          name.endsWith("[]") ? numbered(name, values.keySet()) : name,
          equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    return new Form(values);
  }

  private static String numbered(String name, Set<String> taken) {
    var list = name.substring(0, name.length() - "[]".length());
    return IntStream.iterate(0, index -> index + 1)
        .mapToObj(index -> list + "[" + index + "]")
        .filter(numbered -> !taken.contains(numbered))
        .findFirst()
        .orElseThrow();
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw StripeError.invalid(null, null, "Invalid request: the parameters are not form-encoded");
    }
  }

  /**
   * Rejects every parameter whose name is not in {@code known}, where {@code [#]} matches any index
   * and {@code [*]} at the end matches any key.
   */
  Form onlyWith(Set<String> known) {
    for (var name : values.keySet()) {
      var shape = INDEX.matcher(name).replaceAll("[#]");
      var bracket = shape.lastIndexOf('[');
      if (!known.contains(shape)
          && (bracket < 0 || !known.contains(shape.substring(0, bracket) + "[*]"))) {
        throw StripeError.unknown(name);
      }
    }
    return this;
  }

  boolean has(String prefix) {
    return values.keySet().stream()
        .anyMatch(name -> name.equals(prefix) || name.startsWith(prefix + "["));
  }

  /** The parameter's value, or empty if it is missing or blank. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  String required(String name) {
    var value = values.get(name);
    if (value == null) {
      throw StripeError.missing(name);
    }
    if (value.isEmpty()) {
      throw StripeError.invalid(
          "parameter_invalid_empty", name, "You passed an empty string for '" + name + "'.");
    }
    return value;
  }

  OptionalLong integer(String name) {
    return has(name) ? OptionalLong.of(requiredInteger(name)) : OptionalLong.empty();
  }

  Optional<Boolean> yesOrNo(String name) {
    return text(name)
        .map(
            value ->
                switch (value) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw StripeError.invalid(null, name, "Invalid boolean: " + value);
                });
  }

  /** The parameter {@code amount} in minor units, at least 1, or null if it is missing. */
  @Nullable Long amount() {
    var amount = integer("amount");
    if (amount.isEmpty()) {
      return null;
    }
    if (amount.getAsLong() < 1) {
      throw StripeError.invalid(
          "parameter_invalid_integer", "amount", "This value must be greater than or equal to 1.");
    }
    return amount.getAsLong();
  }

  /** The values of a list parameter. */
  List<String> texts(String name) {
    return values.entrySet().stream()
        .filter(value -> INDEX.matcher(value.getKey()).replaceAll("[#]").equals(name + "[#]"))
        .map(Map.Entry::getValue)
        .toList();
  }

  long requiredInteger(String name) {
    var value = required(name);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw StripeError.invalid("parameter_invalid_integer", name, "Invalid integer: " + value);
    }
  }

  /**
   * The {@code name[key]=value} pairs, within Stripe's limits: 50 keys of up to 40 characters, and
   * values of up to 500. Pairs with an empty value are skipped.
   */
  Map<String, String> metadata(String name) {
    var metadata = new TreeMap<String, String>();
    values.forEach(
        (full, value) -> {
          if (!full.startsWith(name + "[") || !full.endsWith("]") || value.isEmpty()) {
            return;
          }
          var key = full.substring(name.length() + 1, full.length() - 1);
          if (key.isEmpty() || key.length() > 40) {
            throw StripeError.invalid(
                null,
                full,
                "Metadata keys must have 1 to 40 characters, not " + key.length() + ".");
          }
          if (value.length() > 500) {
            throw StripeError.invalid(
                null,
                full,
                "Metadata values can have up to 500 characters, but you passed in a value that is "
                    + value.length()
                    + " characters.");
          }
          metadata.put(key, value);
        });
    if (metadata.size() > 50) {
      throw StripeError.invalid(null, name, "Metadata can have up to 50 keys.");
    }
    return metadata;
  }

  /** A text that is equal for equal parameters in any order. */
  @Override
  public String toString() {
    return values.toString();
  }
}
