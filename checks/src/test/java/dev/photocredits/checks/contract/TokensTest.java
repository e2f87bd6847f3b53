package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.StripeEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where tokens are required: nobody gets in without one, and the open routes stay open. */
final class TokensTest {
  @Test
  void protected_routes_answer_401_and_the_others_work() {
    try (var api = Api.start(Map.of("AUTH_MODE", "jwt"))) {
      var refused =
          List.of(
              api.get("/api/credits/ada@example.com"),
              api.get("/api/credits/nonsense"),
              api.get("/api/credits/ada@example.com/transactions"),
              api.get("/api/generations/ada@example.com"),
              api.get("/api/generations/ada@example.com/1"),
              api.post("/api/checkout", "{\"email\":\"ada@example.com\",\"package\":\"pro\"}"),
              api.post("/api/checkout", "{}"),
              api.get("/api/checkout/cs_1"),
              api.generate("ada@example.com"),
              api.send(
                  api.request("/api/credits/ada@example.com")
                      .header("Authorization", "Bearer not-verified-by-the-gateway")));
      var event = StripeEvent.completed(StripeEvent.newSession(), "ada@example.com", "starter");
      var open =
          List.of(
              api.get("/api/health"),
              api.get("/api/packages"),
              api.post("/api/feedback", "{\"message\":\"Good\"}"),
              api.webhook(event));

      assertThat(refused)
          .extracting(Answer::said)
          .containsOnly(
              "401 {\"detail\":\"This route needs a valid token.\","
                  + "\"error_code\":\"UNAUTHENTICATED\"}");
      assertThat(open).extracting(Answer::status).containsOnly(200);
      assertThat(api.stored("USER#ada@example.com", "PROFILE"))
          .containsEntry("credits", AttributeValue.fromN("10"));
      assertThat(api.stripe.calls("/v1/customers")).isEmpty();
      assertThat(api.stripe.calls("/v1/checkout/sessions/cs_1")).isEmpty();
      assertThat(api.gemini.calls()).isEmpty();
    }
  }
}
