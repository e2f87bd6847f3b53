package dev.photocredits.functions.worker;

import dev.photocredits.json.Json;
import dev.photocredits.json.NotJson;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A message of the work queue: it names the generation to work on. */
record QueueMessage(Email owner, GenerationId generation) {

  /**
   * Parses an SQS event with one message. Throws {@link IllegalArgumentException} for anything
   * else; such a message ends up in the dead-letter queue.
   */
  static QueueMessage of(Map<String, Object> event) {
    if (event.get("Records") instanceof List<?> records
        && records.size() == 1
        && records.getFirst() instanceof Map<?, ?> message
        && message.get("body") instanceof String body) {
      return parse(body)
          .orElseThrow(() -> new IllegalArgumentException("the message names no generation"));
    }
    throw new IllegalArgumentException("expected an SQS event with exactly one message");
  }

  private static Optional<QueueMessage> parse(String body) {
    try {
      return Json.read(body) instanceof Map<?, ?> fields
              && fields.get("owner") instanceof String owner
              && fields.get("generation_id") instanceof String id
          ? Email.parse(owner)
              .flatMap(email -> GenerationId.parse(id).map(found -> new QueueMessage(email, found)))
          : Optional.empty();
    } catch (NotJson _) {
      return Optional.empty();
    }
  }
}
