package dev.photocredits.lambda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** A JSON object that a caller sent. Fields that nobody asks for are ignored. */
public final class JsonBody {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode object;
  private final Problems problems;

  private JsonBody(JsonNode object, Problems problems) {
    this.object = object;
    this.problems = problems;
  }

  /** The request's body; what is wrong with its fields is added to the problems. */
  public static JsonBody of(Request request, Problems problems) {
    var text = request.bodyText();
    if (text.isBlank()) {
      problems.add("missing", "Field required", "body");
      problems.check();
    }
    try {
      var node = JSON.readTree(text);
      if (!node.isObject()) {
        problems.add(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
            "body");
        problems.check();
      }
      return new JsonBody(node, problems);
    } catch (JsonProcessingException e) {
      var at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharOffset());
      problems.add("json_invalid", "JSON decode error", "body", at);
      problems.check();
      throw new AssertionError("check() throws", e);
    }
  }

  /** A field that must be there. */
  public Optional<String> text(String field) {
    if (!object.has(field)) {
      problems.missing(field);
      return Optional.empty();
    }
    return string(field);
  }

  /** A field that may be absent or null. */
  public Optional<String> optionalText(String field) {
    return object.hasNonNull(field) ? string(field) : Optional.empty();
  }

  private Optional<String> string(String field) {
    var node = object.get(field);
    if (!node.isTextual()) {
      problems.notText(field);
      return Optional.empty();
    }
    if (hasLoneSurrogate(node.textValue())) {
      problems.add(
          "string_unicode",
          "Input should be a valid string, unable to parse raw data as a unicode string",
          "body",
          field);
      return Optional.empty();
    }
    return Optional.of(node.textValue());
  }

  // JSON can escape half a character; UTF-8 cannot carry one, so it could not be stored whole.
  private static boolean hasLoneSurrogate(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
