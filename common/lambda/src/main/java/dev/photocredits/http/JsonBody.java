package dev.photocredits.http;

import dev.photocredits.json.Json;
import dev.photocredits.json.NotJson;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/** The JSON object in the body of a request. Fields that are not read are ignored. */
public final class JsonBody implements OptionalFields {
  private final Map<?, ?> object;
  private final Problems problems;

  private JsonBody(Map<?, ?> object, Problems problems) {
    this.object = object;
    this.problems = problems;
  }

  /**
   * Parses the body of a request. Problems with its fields are added to {@code problems}; a body
   * that is not a JSON object throws at once.
   */
  public static JsonBody of(Request request, Problems problems) {
    var text = withoutByteOrderMark(request.bodyText());
    if (text.isBlank()) {
      problems.add("missing", "Field required", "body");
      problems.check();
    }
    try {
      if (Json.read(text) instanceof Map<?, ?> object) {
        return new JsonBody(object, problems);
      }
      problems.add(
          "model_attributes_type",
          "Input should be a valid dictionary or object to extract fields from",
          "body");
    } catch (NotJson e) {
      problems.add("json_invalid", "JSON decode error", "body", e.at());
    }
    problems.check();
    throw new AssertionError("check() throws");
  }

  // RFC 8259, section 8.1: senders must not add a byte order mark, but a parser may ignore it.
  private static String withoutByteOrderMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** A required string field. */
  public Optional<String> text(String field) {
    if (!object.containsKey(field)) {
      problems.missing(field);
      return Optional.empty();
    }
    return string(field);
  }

  /** A string field that may be absent or null. */
  @Override
  public Optional<String> optionalText(String field) {
    return object.get(field) != null ? string(field) : Optional.empty();
  }

  /** A whole number that may be absent or null. */
  @Override
  public Optional<Long> optionalWholeNumber(String field) {
    return object.get(field) == null ? Optional.empty() : wholeNumber(field);
  }

  /**
   * A required whole number. One that does not fit a {@code long} is returned as the nearest {@code
   * long}.
   */
  public Optional<Long> wholeNumber(String field) {
    return switch (object.get(field)) {
      case Integer number -> Optional.of(number.longValue());
      case Long number -> Optional.of(number);
      case BigInteger number -> Optional.of(number.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
      case null, default -> {
        if (object.containsKey(field)) {
          problems.add("int_type", "Input should be a valid integer", "body", field);
        } else {
          problems.missing(field);
        }
        yield Optional.empty();
      }
    };
  }

  private Optional<String> string(String field) {
    if (!(object.get(field) instanceof String text)) {
      problems.notText(field);
      return Optional.empty();
    }
    if (hasLoneSurrogate(text)) {
      problems.add(
          "string_unicode",
          "Input should be a valid string, unable to parse raw data as a unicode string",
          "body",
          field);
      return Optional.empty();
    }
    return Optional.of(text);
  }

  // JSON can escape half of a surrogate pair. UTF-8 cannot encode it, so it could not be stored.
  private static boolean hasLoneSurrogate(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
