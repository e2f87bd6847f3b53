package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.OneCall;
import dev.photocredits.local.AdjustCommand;
import dev.photocredits.local.GrantCommand;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Credits that an operator gives, as a customer sees them. */
final class ExpiringCreditsTest {
  private static final String LATER = "2126-12-31T00:00:00Z";

  @Test
  void what_is_given_is_spent_first_and_its_reason_stands_in_the_statement() {
    try (var api = Api.start(Map.of())) {
      var email = api.customer();
      give(api, email, LATER, InstantSource.system());

      var before = api.get("/api/credits/" + email);
      assertThat(api.generate(email).status()).isEqualTo(200);
      var after = api.get("/api/credits/" + email);

      assertThat(before.said())
          .isEqualTo(
              ("200 {\"credits\":15,\"email\":\"%s\",\"available\":15,\"pending\":0,"
                      + "\"expiring\":[{\"credits\":5,\"expires_at\":\"%s\"}]}")
                  .formatted(email, LATER));
      assertThat(after.said())
          .isEqualTo(
              ("200 {\"credits\":12,\"email\":\"%s\",\"available\":12,\"pending\":0,"
                      + "\"expiring\":[{\"credits\":2,\"expires_at\":\"%s\"}]}")
                  .formatted(email, LATER));
      assertThat(api.statement(email)).containsExactly("usage -3", "promotion 5", "purchase 10");
      var gift = api.entries(email).get(1);
      assertThat(gift.path("description").asText()).isEqualTo("Promotion: an outage");
      assertThat(gift.toString()).doesNotContain("eve");
    }
  }

  @Test
  void what_has_expired_cannot_be_spent_and_the_sweeper_takes_it() {
    try (var api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400"))) {
      var email = Api.somebody();
      var past = Instant.now().minus(Duration.ofMinutes(1));
      give(api, email, past.toString(), InstantSource.fixed(past.minusSeconds(60)));

      var before = api.get("/api/credits/" + email);
      var refused = api.generate(email);
      var report =
          new SweeperHandler(api.environment())
              .handleRequest(Map.of("task", "sweep"), new OneCall(300_000));
      var after = api.get("/api/credits/" + email);

      assertThat(before.said())
          .isEqualTo(
              "200 {\"credits\":5,\"email\":\"%s\",\"available\":0,\"pending\":0,\"expiring\":[]}"
                  .formatted(email));
      assertThat(refused.said())
          .isEqualTo(
              "402 {\"detail\":\"Need 3 credits, have 0\","
                  + "\"error_code\":\"INSUFFICIENT_CREDITS\"}");
      assertThat(report.get("expired")).isEqualTo(5);
      assertThat(after.json().path("credits").asInt()).isZero();
      assertThat(api.statement(email)).containsExactly("expiry -5", "promotion 5");
      assertThat(api.entries(email).getFirst().path("description").asText())
          .isEqualTo("Expired: an outage");
    }
  }

  @Test
  void what_is_due_expires_with_the_next_generation_and_all_answers_agree() {
    try (var api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400"))) {
      var email = api.customer();
      var past = Instant.now().minus(Duration.ofMinutes(1));
      give(api, email, past.toString(), InstantSource.fixed(past.minusSeconds(60)));

      var generated = api.generate(email);
      var after = api.get("/api/credits/" + email);

      assertThat(generated.json().path("credits_remaining").asInt()).isEqualTo(7);
      assertThat(after.said())
          .isEqualTo(
              "200 {\"credits\":7,\"email\":\"%s\",\"available\":7,\"pending\":0,\"expiring\":[]}"
                  .formatted(email));
      assertThat(api.statement(email))
          .containsExactly("usage -3", "expiry -5", "purchase 10", "promotion 5");
    }
  }

  @Test
  void an_adjustment_stands_in_the_statement_with_its_reason_and_without_its_actor() {
    try (var api = Api.start(Map.of())) {
      var email = api.customer();

      assertThat(AdjustCommand.run(settings(api, email, "-4"), InstantSource.system(), silent()))
          .isTrue();

      assertThat(api.balance(email)).isEqualTo(6);
      var entry = api.entries(email).getFirst();
      assertThat(entry.path("type").asText()).isEqualTo("adjustment");
      assertThat(entry.path("credits").asInt()).isEqualTo(-4);
      assertThat(entry.path("description").asText()).isEqualTo("Adjustment: an outage");
      assertThat(entry.toString()).doesNotContain("eve");
    }
  }

  private static void give(Api api, String email, String expires, InstantSource clock) {
    var settings = settings(api, email, "5");
    settings.put("EXPIRES", expires);
    assertThat(GrantCommand.run(settings, clock, silent())).isTrue();
  }

  private static Map<String, String> settings(Api api, String email, String credits) {
    var settings = new HashMap<String, String>();
    for (var name : new String[] {"AWS_ENDPOINT_URL_DYNAMODB", "TABLE_NAME"}) {
      settings.put(name, api.environment().text(name));
    }
    settings.putAll(
        Map.of(
            "EMAIL", email,
            "CREDITS", credits,
            "REASON", "an outage",
            "ACTOR", "eve",
            "CONFIRM", "yes"));
    return settings;
  }

  private static PrintStream silent() {
    return new PrintStream(OutputStream.nullOutputStream());
  }
}
