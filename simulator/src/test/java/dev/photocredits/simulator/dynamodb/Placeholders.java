package dev.photocredits.simulator.dynamodb;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attribute names and values that a request's expressions refer to; each must be used. */
final class Placeholders {
  private static final Pattern NAME = Pattern.compile("#\\w+");
  private static final Pattern VALUE = Pattern.compile(":\\w+");

  private final Map<String, String> names;
  private final Map<String, AttributeValue> values;
  private final Set<String> keys;
  private final Set<String> used = new HashSet<>();

  private Placeholders(
      Map<String, String> names, Map<String, AttributeValue> values, Set<String> keys) {
    this.names = names;
    this.values = values;
    this.keys = keys;
  }

  /**
   * The placeholders of a request. Names and values may each be null, but not empty.
   *
   * @param keys the key attributes of the table and its indexes
   */
  static Placeholders of(
      @Nullable Map<String, String> givenNames,
      @Nullable Map<String, AttributeValue> givenValues,
      Set<String> keys) {
    if ((givenNames != null && givenNames.isEmpty())
        || (givenValues != null && givenValues.isEmpty())) {
      throw Refusals.invalid("ExpressionAttributeNames and -Values must not be empty");
    }
    Map<String, String> names = givenNames == null ? Map.of() : givenNames;
    Map<String, AttributeValue> values = givenValues == null ? Map.of() : givenValues;
    if (!names.keySet().stream().allMatch(NAME.asMatchPredicate())) {
      throw Refusals.invalid("ExpressionAttributeNames contains invalid key: Syntax error");
    }
    if (!values.keySet().stream().allMatch(VALUE.asMatchPredicate())) {
      throw Refusals.invalid("ExpressionAttributeValues contains invalid key: Syntax error");
    }
    return new Placeholders(names, Values.stored(values), keys);
  }

  boolean isKey(String attribute) {
    return keys.contains(attribute);
  }

  String name(String placeholder) {
    return used(placeholder, names);
  }

  AttributeValue value(String placeholder) {
    return used(placeholder, values);
  }

  private <T> T used(String placeholder, Map<String, T> all) {
    var found = all.get(placeholder);
    if (found == null) {
      throw Refusals.invalid("An expression attribute is not defined: " + placeholder);
    }
    used.add(placeholder);
    return found;
  }

  /** Rejects the request if any is unused; called once all expressions are parsed. */
  void requireAllUsed() {
    if (!used.containsAll(names.keySet()) || !used.containsAll(values.keySet())) {
      throw Refusals.invalid("A name or value is provided and unused in expressions");
    }
  }
}
