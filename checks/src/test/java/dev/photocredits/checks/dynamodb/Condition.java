package dev.photocredits.checks.dynamodb;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What an item, or the lack of one, meets or does not. */
@FunctionalInterface
interface Condition {
  Condition ALWAYS = _ -> true;

  /** Whether that item meets it; an empty one where there is none. */
  boolean holds(Map<String, AttributeValue> item);
}
