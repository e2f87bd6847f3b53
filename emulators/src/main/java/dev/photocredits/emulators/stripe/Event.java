package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An event, and the state of its delivery to the webhook. {@code created} is in milliseconds since
 * 1970, {@code object} a snapshot of what the event is about. Only the latest attempts are kept.
 */
record Event(
    String id,
    String type,
    String apiVersion,
    long created,
    String session,
    JsonNode object,
    boolean delivered,
    long attempts,
    List<Attempt> latestAttempts) {
  private static final int MAX_ATTEMPTS_KEPT = 20;

  /**
   * A delivery attempt at {@code at}, in milliseconds since 1970. The webhook responded with {@code
   * status}, or did not respond because of {@code failure}.
   */
  record Attempt(long at, @Nullable Integer status, @Nullable String failure) {
    boolean accepted() {
      return status != null && status >= 200 && status < 300;
    }
  }

  static Event of(
      String id, String type, String apiVersion, long created, String session, JsonNode object) {
    return new Event(id, type, apiVersion, created, session, object, false, 0, List.of());
  }

  Event after(Attempt attempt) {
    var tries = Stream.concat(latestAttempts.stream(), Stream.of(attempt)).toList();
    return new Event(
        id,
        type,
        apiVersion,
        created,
        session,
        object,
        delivered || attempt.accepted(),
        attempts + 1,
        List.copyOf(tries.subList(Math.max(0, tries.size() - MAX_ATTEMPTS_KEPT), tries.size())));
  }

  Event undelivered() {
    return new Event(
        id, type, apiVersion, created, session, object, false, attempts, latestAttempts);
  }

  /** Stripe's JSON of this event, in webhooks and lists. */
  ObjectNode json() {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("object", "event")
            .put("api_version", apiVersion)
            .put("created", created / 1000);
    json.putObject("data").set("object", object);
    json.put("livemode", false).put("pending_webhooks", delivered ? 0 : 1);
    json.putObject("request").putNull("id").putNull("idempotency_key");
    return json.put("type", type);
  }
}
