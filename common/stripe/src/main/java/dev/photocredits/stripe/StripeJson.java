package dev.photocredits.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * JSON of Stripe's: an answer of its API, an event, or a part of one. No other class parses them.
 * Fields are read by name, so that objects of any API version are understood. A field that is
 * absent, null or of another type reads as empty, unless the method says that it throws.
 */
record StripeJson(JsonNode node) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,255}");

  /** Parses a text. Throws {@link MalformedJson} if it is not JSON. */
  static StripeJson parse(String text) {
    try {
      return new StripeJson(JSON.readTree(text));
    } catch (JsonProcessingException _) {
      // Without the cause, whose message may quote the text.
      throw new MalformedJson("not JSON");
    }
  }

  /** A synthetic event that reports the current state of an object. */
  static StripeJson event(String id, String type, StripeJson object) {
    var event = JSON.createObjectNode().put("id", id).put("type", type);
    event.set("livemode", object.node.path("livemode"));
    event.putObject("data").set("object", object.node);
    return new StripeJson(event);
  }

  boolean isObject() {
    return node.isObject();
  }

  /** The named part; one without fields if there is none. */
  StripeJson at(String name) {
    return new StripeJson(node.path(name));
  }

  /** The named text, or an empty one. Numbers and booleans are converted. */
  String text(String name) {
    return node.path(name).asText("");
  }

  /** The named text. Throws {@link MalformedJson} if there is none. */
  String requiredText(String name) {
    var text = node.path(name);
    if (!text.isTextual()) {
      throw new MalformedJson("no " + name);
    }
    return text.textValue();
  }

  /** The object's id; an empty text if there is no valid one. */
  String id() {
    return id(node.path("id"));
  }

  /** The id of the named object, expanded or not; an empty text if there is no valid one. */
  String idOf(String name) {
    var reference = node.path(name);
    return id(reference.isObject() ? reference.path("id") : reference);
  }

  private static String id(JsonNode text) {
    return text.isTextual() && ID.matcher(text.textValue()).matches() ? text.textValue() : "";
  }

  /** The named whole number; empty if it has a fraction or does not fit. */
  Optional<Long> number(String name) {
    var number = node.path(name);
    return number.isIntegralNumber() && number.canConvertToLong()
        ? Optional.of(number.longValue())
        : Optional.empty();
  }

  Optional<Boolean> flag(String name) {
    var flag = node.path(name);
    return flag.isBoolean() ? Optional.of(flag.booleanValue()) : Optional.empty();
  }

  Optional<List<StripeJson>> list(String name) {
    var list = node.path(name);
    return list.isArray()
        ? Optional.of(list.valueStream().map(StripeJson::new).toList())
        : Optional.empty();
  }

  List<String> texts(String name) {
    return node.path(name).valueStream().map(JsonNode::asText).toList();
  }

  /** The items of a list that the API returned. Throws {@link MalformedJson} for anything else. */
  List<StripeJson> items() {
    return list("data").orElseThrow(() -> new MalformedJson("not a list"));
  }
}
