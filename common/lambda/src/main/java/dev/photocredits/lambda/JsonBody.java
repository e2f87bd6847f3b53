package dev.photocredits.lambda;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/** A JSON object that a caller sent. Fields that nobody asks for are ignored. */
public final class JsonBody {
  private final Map<?, ?> object;
  private final Problems problems;

  private JsonBody(Map<?, ?> object, Problems problems) {
    this.object = object;
    this.problems = problems;
  }

  /** The request's body; what is wrong with its fields is added to the problems. */
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

  // RFC 8259, section 8.1: nobody should send one, and a parser may ignore it.
  private static String withoutByteOrderMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** A field that must be there. */
  public Optional<String> text(String field) {
    if (!object.containsKey(field)) {
      problems.missing(field);
      return Optional.empty();
    }
    return string(field);
  }

  /** A field that may be absent or null. */
  public Optional<String> optionalText(String field) {
    return object.get(field) != null ? string(field) : Optional.empty();
  }

  /** A whole number that must be there; one that is too long for a {@code long} is its limit. */
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

  // JSON can escape half a character; UTF-8 cannot carry one, so it could not be stored whole.
  private static boolean hasLoneSurrogate(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
