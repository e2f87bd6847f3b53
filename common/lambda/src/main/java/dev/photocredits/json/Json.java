package dev.photocredits.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON as maps, lists, strings, numbers, booleans and nulls. It uses no library,
 * because a function would have to load it before its first response: docs/adr/0012.
 */
public final class Json {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private Json() {}

  /** An object with members in the order of the arguments: name, value, name, value. */
  public static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
    var object = new LinkedHashMap<String, @Nullable Object>();
    for (var i = 0; i < namesAndValues.length; i += 2) {
      object.put((String) Objects.requireNonNull(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return object;
  }

  /**
   * Parses a JSON text. Returns {@code Map<String, Object>} in the order of the text (the last of
   * several members with the same name counts), {@code List<Object>}, {@code String}, {@code
   * Integer}, {@code Long}, {@code BigInteger}, {@code Double}, {@code Boolean} or null. Throws
   * {@link NotJson} for anything that RFC 8259 does not allow, and for text that exceeds the limits
   * of {@link JsonReader}.
   */
  public static @Nullable Object read(String text) {
    return new JsonReader(text).read();
  }

  /**
   * Writes maps, iterables, strings, whole numbers, booleans and nulls. Throws {@link
   * IllegalArgumentException} for any other type.
   */
  public static String write(@Nullable Object value) {
    var text = new StringBuilder();
    write(text, value);
    return text.toString();
  }

  private static void write(StringBuilder text, @Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case String string -> quote(text, string);
      case Integer number -> text.append(number.intValue());
      case Long number -> text.append(number.longValue());
      case Boolean flag -> text.append(flag.booleanValue());
      case Map<?, ?> map -> {
        var between = "";
        text.append('{');
        for (var entry : map.entrySet()) {
          quote(text.append(between), String.valueOf(entry.getKey()));
          write(text.append(':'), entry.getValue());
          between = ",";
        }
        text.append('}');
      }
      case Iterable<?> items -> {
        var between = "";
        text.append('[');
        for (var item : items) {
          write(text.append(between), item);
          between = ",";
        }
        text.append(']');
      }
      default ->
          throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass());
    }
  }

  private static void quote(StringBuilder text, String string) {
    text.append('"');
    for (var i = 0; i < string.length(); i++) {
      var c = string.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ') {
            text.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 0xf]);
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
