package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Stage;
import java.util.Optional;

/**
 * Which of Stripe's events and objects are ours. Stages that share an account tell their sessions
 * and charges apart by the stage's name in the metadata. A field that is absent says nothing
 * against an event: the service that we replace named no stage, and refunds and disputes carry none
 * of our metadata. Those are recorded, and move nothing without a grant.
 *
 * @param isLive whether our key is of the live mode, if it tells
 */
record Ownership(Stage stage, Optional<Boolean> isLive) {
  /** The metadata that names the stage. */
  static final String STAGE = "stage";

  static Ownership of(Environment environment) {
    return new Ownership(Stage.of(environment), StripeKey.isLive(environment));
  }

  /** Whether the metadata of a session or charge name another stage. */
  boolean isOfAnotherStage(JsonNode object) {
    var named = object.path("metadata").path(STAGE).asText("");
    return !named.isBlank() && !named.equals(stage.name());
  }

  /** Why an event or session cannot be one of ours, if it tells; in words for the log. */
  Optional<String> objection(JsonNode json) {
    var mode = json.path("livemode");
    if (mode.isBoolean() && isLive.isPresent() && mode.booleanValue() != isLive.get()) {
      return Optional.of("it is of the mode that our key is not of");
    }
    return json.path("account").asText("").isBlank()
        ? Optional.empty()
        : Optional.of("it is of a connected account");
  }
}
