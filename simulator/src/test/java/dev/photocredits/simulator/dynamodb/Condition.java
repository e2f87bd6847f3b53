package dev.photocredits.simulator.dynamodb;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A condition on an item, or on its absence. */
@FunctionalInterface
interface Condition {
  Condition ALWAYS = _ -> true;

  /** Whether the item meets the condition; a missing item is passed as an empty one. */
  boolean holds(Map<String, AttributeValue> item);
}
