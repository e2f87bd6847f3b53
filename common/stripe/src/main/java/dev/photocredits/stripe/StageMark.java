package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.lambda.Stage;

/**
 * The name of the stage in the metadata of what it sells, by which stages that share an account of
 * Stripe's tell their sessions and charges apart.
 */
final class StageMark {
  static final String KEY = "stage";

  private StageMark() {}

  /**
   * Whether the metadata of a session or charge name another stage. One that names none may be
   * ours: the service that we replace named none, and a dispute has no metadata of ours.
   */
  static boolean isOfAnother(Stage stage, JsonNode object) {
    var named = object.path("metadata").path(KEY).asText("");
    return !named.isBlank() && !named.equals(stage.name());
  }
}
