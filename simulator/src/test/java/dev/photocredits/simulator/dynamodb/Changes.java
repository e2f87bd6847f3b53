package dev.photocredits.simulator.dynamodb;

import dev.photocredits.simulator.dynamodb.Operand.Literal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The changes of an update expression, all of which read the old item. */
final class Changes {
  private final Node root = new Node();
  private boolean leadsIntoKey;

  /** A node in the tree of changed paths, which shows whether two paths overlap. */
  private static final class Node {
    private final Map<Object, Node> children = new LinkedHashMap<>();
    private @Nullable Action action;
  }

  /** Returns the new value for an old one, which may be missing; null removes it. */
  @FunctionalInterface
  private interface Action {
    @Nullable AttributeValue on(@Nullable AttributeValue before, Map<String, AttributeValue> item);
  }

  void set(Path path, Operand value) {
    put(path, (_, item) -> required(value.in(item)));
  }

  void remove(Path path) {
    put(path, (_, _) -> null);
  }

  void add(Path path, AttributeValue number) {
    put(
        path,
        (before, item) ->
            before == null
                ? number
                : new Operand.Sum(new Literal(before), new Literal(number), 1).in(item));
  }

  private void put(Path path, Action action) {
    var node = root;
    for (var step : path.steps()) {
      if (node.action != null) {
        throw Refusals.invalid("Two document paths overlap with each other");
      }
      if (node.children.keySet().stream().anyMatch(it -> it.getClass() != step.getClass())) {
        throw Refusals.invalid("Two document paths conflict with each other");
      }
      node = node.children.computeIfAbsent(step, _ -> new Node());
    }
    if (node.action != null || !node.children.isEmpty()) {
      throw Refusals.invalid("Two document paths overlap with each other");
    }
    node.action = action;
  }

  /** Notes that a path is nested in a key attribute, so that {@link #apply} rejects the update. */
  void leadIntoKey() {
    leadsIntoKey = true;
  }

  /** Whether it changes this attribute or a part of it. */
  boolean changes(String attribute) {
    return root.children.containsKey(attribute);
  }

  /** The updated item; throws if a required value is missing or of another type. */
  Map<String, AttributeValue> apply(Map<String, AttributeValue> item) {
    if (leadsIntoKey) {
      throw Refusals.invalid("Key attributes must be scalars");
    }
    return map(item, root, item);
  }

  private static Map<String, AttributeValue> map(
      Map<String, AttributeValue> before, Node node, Map<String, AttributeValue> item) {
    var after = new LinkedHashMap<>(before);
    node.children.forEach(
        (name, child) -> {
          var value = changed(before.get((String) name), child, item);
          if (value == null) {
            after.remove((String) name);
          } else {
            after.put((String) name, value);
          }
        });
    return after;
  }

  private static @Nullable AttributeValue changed(
      @Nullable AttributeValue before, Node node, Map<String, AttributeValue> item) {
    if (node.action != null) {
      return node.action.on(before, item);
    }
    var isList = node.children.keySet().iterator().next() instanceof Integer;
    if (before == null
        || before.type() != (isList ? AttributeValue.Type.L : AttributeValue.Type.M)) {
      throw Refusals.invalid(
          "The document path provided in the update expression is invalid for update");
    }
    return isList
        ? AttributeValue.fromL(list(before.l(), node, item))
        : AttributeValue.fromM(map(before.m(), node, item));
  }

  // Values behind the end of the list are appended, in the order of their indexes.
  private static List<AttributeValue> list(
      List<AttributeValue> before, Node node, Map<String, AttributeValue> item) {
    var after = new ArrayList<@Nullable AttributeValue>(before);
    new TreeMap<>(node.children)
        .forEach(
            (step, child) -> {
              var index = (Integer) step;
              var isInside = index < before.size();
              var value = changed(isInside ? before.get(index) : null, child, item);
              if (isInside) {
                after.set(index, value);
              } else {
                after.add(value);
              }
            });
    return after.stream().filter(Objects::nonNull).toList();
  }

  private static AttributeValue required(@Nullable AttributeValue value) {
    if (value == null) {
      throw Refusals.invalid(
          "The provided expression refers to an attribute that does not exist in the item");
    }
    return value;
  }

  /** Returns the value; throws if it is missing or of another type. */
  static AttributeValue required(@Nullable AttributeValue value, AttributeValue.Type type) {
    var found = required(value);
    if (found.type() != type) {
      throw Refusals.invalid("An operand in the update expression has an incorrect data type");
    }
    return found;
  }
}
