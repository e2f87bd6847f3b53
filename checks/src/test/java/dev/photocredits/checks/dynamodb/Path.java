package dev.photocredits.checks.dynamodb;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A document path.
 *
 * @param steps the attribute, and then names in maps ({@link String}) and places in lists ({@link
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
            case Integer place ->
                value.hasL() && place < value.l().size() ? value.l().get(place) : null;
            default -> throw new IllegalStateException("no step of a path: " + step);
          };
    }
    return value;
  }
}
