package dev.photocredits.systemtests.packaging;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.systemtests.OpenApiDescription;
import dev.photocredits.systemtests.ProjectFiles;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Sends every function its recorded event in Lambda's own runtime, with tokens required as in a
 * deployment.
 */
interface RecordedEventsContract {
  ObjectMapper JSON = new ObjectMapper();

  /** The system whose table, bucket and emulators the functions use. */
  LocalSystem system();

  /** Returns the response of a function in the template to an event. */
  JsonNode answer(String function, JsonNode event) throws Exception;

  /** The same; fails unless {@code openapi.yaml} describes the response. */
  private JsonNode described(String function, JsonNode event) throws Exception {
    var answer = answer(function, event);
    OpenApiDescription.ours().mustDescribe(event, answer);
    return answer;
  }

  /** The environment variables of a function, with the values of a deployment. */
  default Map<String, String> variables(String function) {
    var variables = system().variables(function);
    variables.replace("AUTH_MODE", "jwt");
    variables.replace("WELCOME_CREDITS", "10");
    return variables;
  }

  @Test
  default void health_handles_its_event() throws Exception {
    var answer = described("HealthFunction", event("health"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).contains("\"status\":\"healthy\"");
    assertThat(answer.at("/headers/x-request-id").asText()).isEqualTo("UXbqajEYIAMEMaw=");
  }

  @Test
  default void credits_handles_its_event() throws Exception {
    var answer = described("CreditsFunction", event("credits"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText())
        .matches("\\{\"credits\":\\d+,\"email\":\"ada@example.com\",.*}");
  }

  @Test
  default void checkout_handles_its_event() throws Exception {
    var answer = described("CheckoutFunction", event("checkout"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).contains("\"session_id\":\"cs_test_");
  }

  @Test
  default void webhook_grants_credits_for_its_event_when_it_is_signed_now() throws Exception {
    var event = event("webhook");
    var secret = system().environment().get("STRIPE_WEBHOOK_SECRET");
    var body = event.path("body").asText();
    ((ObjectNode) event.path("headers"))
        .put(
            "stripe-signature", StripeEvent.signature(body, requireNonNull(secret), Instant.now()));

    var answer = described("WebhookFunction", event);

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).isEqualTo("{\"status\":\"success\"}");
  }

  @Test
  default void feedback_handles_its_event() throws Exception {
    var answer = described("FeedbackFunction", event("feedback"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).isEqualTo("{\"ok\":true}");
  }

  @Test
  default void generation_handles_its_event_for_a_user_with_credits() throws Exception {
    assertThat(described("CreditsFunction", event("credits")).path("statusCode").asInt())
        .isEqualTo(200);

    var answer = described("GenerationFunction", event("generation"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).contains("\"images\":[\"http");
    assertThat(answer.at("/headers/x-generation-id").asText()).isNotEmpty();
  }

  @Test
  default void sweeper_handles_its_event() throws Exception {
    var answer = answer("SweeperFunction", event("sweeper"));

    assertThat(answer)
        .isEqualTo(JSON.valueToTree(Map.of("refunded", 0, "expired", 0, "has_more", false)));
  }

  @Test
  default void worker_has_nothing_to_do_for_its_event() throws Exception {
    var answer = answer("WorkerFunction", event("worker"));

    assertThat(answer).isEqualTo(JSON.valueToTree(Map.of("outcome", "nothing")));
  }

  private static JsonNode event(String name) throws IOException {
    return JSON.readTree(ProjectFiles.root().resolve("events/" + name + ".json").toFile());
  }
}
