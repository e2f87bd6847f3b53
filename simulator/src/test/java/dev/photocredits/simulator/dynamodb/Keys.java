package dev.photocredits.simulator.dynamodb;

import dev.photocredits.emulators.Template;
import java.util.List;

/** The names of the key attributes of a table or an index. */
record Keys(String partition, String sort) {

  static Keys of(List<Template.Key> keys) {
    return new Keys(name(keys, "HASH"), name(keys, "RANGE"));
  }

  private static String name(List<Template.Key> keys, String type) {
    return keys.stream()
        .filter(key -> key.type().equals(type))
        .findFirst()
        .orElseThrow(() -> new UnsupportedOperationException("a table without a sort key"))
        .attribute();
  }
}
