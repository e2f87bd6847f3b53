package dev.photocredits.systemtests.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.operator.PhotoCredits;
import dev.photocredits.systemtests.client.Api;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Credits that an operator grants, as a customer sees them. */
final class ExpiringCreditsTest {
  private static final String LATER = "2126-12-31T00:00:00Z";

  @Test
  void expiring_credits_are_spent_first_and_the_statement_shows_their_reason() {
    try (var api = Api.start(Map.of())) {
      var email = api.customer();
      grant(api, email, LATER, InstantSource.system());

      var before = api.get("/api/credits/" + email);
      assertThat(api.generate(email).status()).isEqualTo(200);
      var after = api.get("/api/credits/" + email);

      assertThat(before.text())
          .isEqualTo(
              ("200 {\"credits\":15,\"email\":\"%s\",\"available\":15,\"pending\":0,"
                      + "\"expiring\":[{\"credits\":5,\"expires_at\":\"%s\"}]}")
                  .formatted(email, LATER));
      assertThat(after.text())
          .isEqualTo(
              ("200 {\"credits\":12,\"email\":\"%s\",\"available\":12,\"pending\":0,"
                      + "\"expiring\":[{\"credits\":2,\"expires_at\":\"%s\"}]}")
                  .formatted(email, LATER));
      assertThat(api.statement(email)).containsExactly("usage -3", "promotion 5", "purchase 10");
      var promotion = api.transactions(email).get(1);
      assertThat(promotion.path("description").asText()).isEqualTo("Promotion: an outage");
      assertThat(promotion.toString()).doesNotContain("eve");
    }
  }

  @Test
  void expired_credits_cannot_be_spent_and_the_sweeper_removes_them() {
    try (var api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400"))) {
      var email = Api.newEmail();
      var past = Instant.now().minus(Duration.ofMinutes(1));
      grant(api, email, past.toString(), InstantSource.fixed(past.minusSeconds(60)));

      var before = api.get("/api/credits/" + email);
      var refused = api.generate(email);
      var report =
          new SweeperHandler(api.environment())
              .handleRequest(Map.of("task", "sweep"), new TestInvocation(300_000));
      var after = api.get("/api/credits/" + email);

      assertThat(before.text())
          .isEqualTo(
              "200 {\"credits\":5,\"email\":\"%s\",\"available\":0,\"pending\":0,\"expiring\":[]}"
                  .formatted(email));
      assertThat(refused.text())
          .isEqualTo(
              "402 {\"detail\":\"Need 3 credits, have 0\","
                  + "\"error_code\":\"INSUFFICIENT_CREDITS\"}");
      assertThat(report.get("expired")).isEqualTo(5);
      assertThat(after.json().path("credits").asInt()).isZero();
      assertThat(api.statement(email)).containsExactly("expiry -5", "promotion 5");
      assertThat(api.transactions(email).getFirst().path("description").asText())
          .isEqualTo("Expired: an outage");
    }
  }

  @Test
  void due_credits_expire_with_the_next_generation_and_all_balances_agree() {
    try (var api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400"))) {
      var email = api.customer();
      var past = Instant.now().minus(Duration.ofMinutes(1));
      grant(api, email, past.toString(), InstantSource.fixed(past.minusSeconds(60)));

      var generated = api.generate(email);
      var after = api.get("/api/credits/" + email);

      assertThat(generated.json().path("credits_remaining").asInt()).isEqualTo(7);
      assertThat(after.text())
          .isEqualTo(
              "200 {\"credits\":7,\"email\":\"%s\",\"available\":7,\"pending\":0,\"expiring\":[]}"
                  .formatted(email));
      assertThat(api.statement(email))
          .containsExactly("usage -3", "expiry -5", "purchase 10", "promotion 5");
    }
  }

  @Test
  void the_statement_shows_the_reason_of_an_adjustment_but_not_its_actor() {
    try (var api = Api.start(Map.of())) {
      var email = api.customer();

      operate(api, InstantSource.system(), "adjust", "--email=" + email, "--credits=-4");

      assertThat(api.balance(email)).isEqualTo(6);
      var adjustment = api.transactions(email).getFirst();
      assertThat(adjustment.path("type").asText()).isEqualTo("adjustment");
      assertThat(adjustment.path("credits").asInt()).isEqualTo(-4);
      assertThat(adjustment.path("description").asText()).isEqualTo("Adjustment: an outage");
      assertThat(adjustment.toString()).doesNotContain("eve");
    }
  }

  private static void grant(Api api, String email, String expires, InstantSource clock) {
    operate(
        api, clock, "grant", "--email=" + email, "--credits=5", "--expires=" + expires, "--yes");
  }

  private static void operate(Api api, InstantSource clock, String... args) {
    var settings = new HashMap<>(AwsAccount.LOCAL.variables());
    for (var name : List.of("AWS_ENDPOINT_URL_DYNAMODB", "TABLE_NAME")) {
      settings.put(name, api.environment().text(name));
    }
    var silent = new PrintStream(OutputStream.nullOutputStream());
    var both = Stream.concat(Stream.of(args), Stream.of("--reason=an outage", "--actor=eve"));
    var code =
        PhotoCredits.run(
            new Environment(settings, clock),
            silent,
            silent,
            _ -> false,
            both.toArray(String[]::new));
    assertThat(code).isZero();
  }
}
