package dev.photocredits.simulator.dynamodb;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A document path.
 *
 * @param steps the attribute, and then names in maps ({@link String}) and indexes in lists ({@link
 *     Integer})
 */
record Path(List<Object> steps) implements Operand {

  String attribute() {
    return (String) steps.getFirst();
  }

  boolean isNested() {
    return steps.size() > 1;
  }

  @Override
  public @Nullable AttributeValue in(Map<String, AttributeValue> item) {
    @Nullable AttributeValue value = item.get(attribute());
    for (var step : steps.subList(1, steps.size())) {
      if (value == null) {
        return null;
      }
      value =
          switch (step) {
            case String name -> value.hasM() ? value.m().get(name) : null;
            case Integer index ->
                value.hasL() && index < value.l().size() ? value.l().get(index) : null;
            default -> throw new IllegalStateException("not a step of a path: " + step);
          };
    }
    return value;
  }
}
