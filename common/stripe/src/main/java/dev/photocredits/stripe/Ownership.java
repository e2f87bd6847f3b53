package dev.photocredits.stripe;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Stage;
import java.util.Optional;

/**
 * Decides which of Stripe's events and objects belong to this stage. Stages that share a Stripe
 * account recognize their sessions and charges by the stage's name in the metadata.
 *
 * <p>An absent field does not rule out an event: the service that this project replaces stored no
 * stage, and refunds and disputes carry none of our metadata. Such events are recorded, and change
 * no balance unless their payment has a grant.
 *
 * @param isLive whether our key is a live key; empty if the key does not show its mode
 */
record Ownership(Stage stage, Optional<Boolean> isLive) {
  /** The metadata key that holds the stage's name. */
  static final String STAGE = "stage";

  static Ownership of(Environment environment) {
    return new Ownership(Stage.of(environment), StripeKey.isLive(environment));
  }

  /** Whether the metadata of a session or charge names another stage. */
  boolean isOfAnotherStage(StripeJson object) {
    var named = object.at("metadata").text(STAGE);
    return !named.isBlank() && !named.equals(stage.name());
  }

  /** Why an event or session cannot be ours, for the log; empty if nothing speaks against it. */
  Optional<String> objection(StripeJson json) {
    var mode = json.flag("livemode");
    if (mode.isPresent() && isLive.isPresent() && !mode.equals(isLive)) {
      return Optional.of("its mode (live or test) is not that of our key");
    }
    return json.text("account").isBlank()
        ? Optional.empty()
        : Optional.of("it belongs to a connected account");
  }
}
