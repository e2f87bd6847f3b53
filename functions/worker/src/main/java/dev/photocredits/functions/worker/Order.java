package dev.photocredits.functions.worker;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.NotJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one generation that an event of SQS brings. */
record Order(Email owner, GenerationId generation) {

  /** Throws for anything else, which then ends among the dead letters. */
  static Order of(Map<String, Object> event) {
    if (event.get("Records") instanceof List<?> records
        && records.size() == 1
        && records.getFirst() instanceof Map<?, ?> message
        && message.get("body") instanceof String body) {
      return parse(body).orElseThrow(() -> new IllegalArgumentException("no generation is named"));
    }
    throw new IllegalArgumentException("not an event with one message");
  }

  private static Optional<Order> parse(String body) {
    try {
      return Json.read(body) instanceof Map<?, ?> order
              && order.get("owner") instanceof String owner
              && order.get("generation_id") instanceof String id
          ? Email.parse(owner)
              .flatMap(email -> GenerationId.parse(id).map(found -> new Order(email, found)))
          : Optional.empty();
    } catch (NotJson _) {
      return Optional.empty();
    }
  }
}
