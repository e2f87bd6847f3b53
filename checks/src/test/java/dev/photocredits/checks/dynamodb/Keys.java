package dev.photocredits.checks.dynamodb;

import dev.photocredits.local.Template;
import java.util.List;

/** The names of the attributes that are the keys of the table or of an index. */
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
