package dev.photocredits.checks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.local.LocalSystem;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every function answers to its recorded event when Lambda's own runtime runs it, with access
 * by token as when deployed.
 */
interface AnswersContract {
  ObjectMapper JSON = new ObjectMapper();

  /** The system whose table, bucket and stand-ins the functions use. */
  LocalSystem system();

  /** What that function of the template answers to that event. */
  JsonNode answer(String function, JsonNode event) throws Exception;

  /** The same, which must be as {@code openapi.yaml} says. */
  private JsonNode described(String function, JsonNode event) throws Exception {
    var answer = answer(function, event);
    Description.ours().mustTellOf(event, answer);
    return answer;
  }

  /** The variables of that function of the template, for a deployed one. */
  default Map<String, String> variables(String function) {
    var variables = system().variables(function);
    variables.replace("AUTH_MODE", "jwt");
    variables.replace("WELCOME_CREDITS", "10");
    return variables;
  }

  @Test
  default void health_answers_its_event() throws Exception {
    var answer = described("HealthFunction", event("health"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).contains("\"status\":\"healthy\"");
    assertThat(answer.at("/headers/x-request-id").asText()).isEqualTo("UXbqajEYIAMEMaw=");
  }

  @Test
  default void credits_answers_its_event() throws Exception {
    var answer = described("CreditsFunction", event("credits"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText())
        .matches("\\{\"credits\":\\d+,\"email\":\"ada@example.com\",.*}");
  }

  @Test
  default void checkout_answers_its_event() throws Exception {
    var answer = described("CheckoutFunction", event("checkout"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).contains("\"session_id\":\"cs_test_");
  }

  @Test
  default void webhook_grants_its_event_when_it_is_signed_now() throws Exception {
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
  default void feedback_answers_its_event() throws Exception {
    var answer = described("FeedbackFunction", event("feedback"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).isEqualTo("{\"ok\":true}");
  }

  @Test
  default void generation_answers_its_event_to_somebody_who_has_credits() throws Exception {
    assertThat(described("CreditsFunction", event("credits")).path("statusCode").asInt())
        .isEqualTo(200);

    var answer = described("GenerationFunction", event("generation"));

    assertThat(answer.path("statusCode").asInt()).as("%s", answer).isEqualTo(200);
    assertThat(answer.path("body").asText()).contains("\"images\":[\"http");
    assertThat(answer.at("/headers/x-generation-id").asText()).isNotEmpty();
  }

  @Test
  default void sweeper_answers_its_event() throws Exception {
    var answer = answer("SweeperFunction", event("sweeper"));

    assertThat(answer)
        .isEqualTo(JSON.valueToTree(Map.of("refunded", 0, "expired", 0, "has_more", false)));
  }

  @Test
  default void worker_finds_nothing_to_do_in_its_event() throws Exception {
    var answer = answer("WorkerFunction", event("worker"));

    assertThat(answer).isEqualTo(JSON.valueToTree(Map.of("outcome", "nothing")));
  }

  private static JsonNode event(String name) throws IOException {
    return JSON.readTree(Project.root().resolve("events/" + name + ".json").toFile());
  }
}
