package dev.photocredits.systemtests.generation;

import static dev.photocredits.systemtests.client.ApiWithTokens.ADA;
import static dev.photocredits.systemtests.client.ApiWithTokens.EVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.ApiWithTokens;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The limits on generations and on lookups of checkout sessions. */
final class LimitsTest {
  @Test
  void three_generations_may_be_pending_and_a_fourth_is_rejected() {
    try (var api = Api.start(Map.of("GENERATION_PENDING_LIMIT", ""))) {
      var email = api.customer();
      api.buys(email, StripeEvent.newSession());
      var resume = api.gemini.generatesLater();
      for (var i = 0; i < 3; i++) {
        assertThat(queued(api, email).status()).isEqualTo(202);
      }
      var balance = api.get("/api/credits/" + email);

      var refused = queued(api, email);
      var other = queued(api, api.customer());
      resume.countDown();

      assertThat(refused.text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 3 pending generations is reached; please try again"
                  + " later. Nothing was charged.\",\"error_code\":\"RATE_LIMITED\"}");
      assertThat(refused.header("retry-after")).isEqualTo("30");
      assertThat(other.status()).isEqualTo(202);
      assertThat(balance.text())
          .isEqualTo(
              "200 {\"credits\":11,\"email\":\"%s\",\"available\":11,\"pending\":9,\"expiring\":[]}"
                  .formatted(email));
      assertThat(api.balance(email)).isEqualTo(11);
    }
  }

  @Test
  void the_hourly_limit_counts_failed_generations() {
    try (var api = inOneWindow(Map.of("GENERATION_HOURLY_LIMIT", "2"))) {
      var email = api.customer();
      api.gemini.answers(FakeGemini.status(500));
      assertThat(api.generate(email).status()).isEqualTo(500);
      assertThat(api.generate(email).status()).isEqualTo(500);

      var refused = api.generate(email);

      assertThat(refused.error()).isEqualTo("429 RATE_LIMITED");
      assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 3600);
      assertThat(api.balance(email)).isEqualTo(10);
    }
  }

  @Test
  void the_daily_limit_counts_all_users_together() {
    try (var api = inOneWindow(Map.of("MODEL_DAILY_PICTURES", "8"))) {
      var email = api.customer();
      assertThat(api.generate(Form.request(email), "key-1").status()).isEqualTo(200);
      assertThat(api.generate(api.customer()).status()).isEqualTo(200);

      var refused = api.generate(api.customer());
      var repeat = api.generate(Form.request(email), "key-1");

      assertThat(refused.error()).isEqualTo("503 GENERATION_DISABLED");
      assertThat(repeat.status()).isEqualTo(200);
      assertThat(api.gemini.calls()).hasSize(6);
      assertThat(api.balance(email)).isEqualTo(7);
    }
  }

  @Test
  void a_user_cannot_use_up_the_daily_limit_of_all() {
    try (var api = inOneWindow(Map.of("MODEL_DAILY_PICTURES", "24"))) {
      var email = api.customer();
      assertThat(api.generate(email).status()).isEqualTo(200);
      assertThat(api.generate(email).status()).isEqualTo(200);

      var refused = api.generate(email);
      var other = api.generate(api.customer());

      assertThat(refused.text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 6 pictures a day for each user is reached; please try"
                  + " again later. Nothing was charged.\",\"error_code\":\"RATE_LIMITED\"}");
      assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 86_400);
      assertThat(other.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(4);
    }
  }

  @Test
  void without_a_share_one_user_may_use_the_whole_daily_limit() {
    try (var api =
        inOneWindow(Map.of("MODEL_DAILY_PICTURES", "9", "MODEL_DAILY_USER_PERCENT", "0"))) {
      var email = api.customer();

      for (var i = 0; i < 3; i++) {
        assertThat(api.generate(email).status()).isEqualTo(200);
      }

      assertThat(api.generate(api.customer()).error()).isEqualTo("503 GENERATION_DISABLED");
    }
  }

  @Test
  void refused_and_cancelled_pictures_are_limited() {
    try (var api = inOneWindow(Map.of("MODEL_UNCHARGED_PICTURES", "6"))) {
      var email = api.customer();
      assertRefusal(api, email, FakeGemini.promptBlocked("SAFETY"), "422 SAFETY_BLOCKED");
      var resume = api.gemini.generatesLater();
      var id = queued(api, email).header("x-generation-id");
      while (api.gemini.calls().size() < 3) {
        Thread.onSpinWait();
      }
      assertThat(api.send(api.request("/api/generations/" + email + "/" + id).DELETE()).status())
          .isEqualTo(204);
      resume.countDown();

      var refused = api.generate(email);
      var other = api.generate(api.customer());

      assertThat(refused.text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 6 pictures an hour that were cancelled or refused by"
                  + " the model is reached; please try again later. Nothing was charged.\","
                  + "\"error_code\":\"RATE_LIMITED\"}");
      assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 3600);
      assertThat(other.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(10);
    }
  }

  @Test
  void photos_that_the_model_cannot_read_count_towards_the_limit() {
    try (var api = inOneWindow(Map.of("MODEL_UNCHARGED_PICTURES", "3"))) {
      var email = api.customer();
      var unreadable = FakeGemini.recorded("400-input-image");
      assertRefusal(api, email, unreadable, "415 UNSUPPORTED_IMAGE");

      var refused = api.generate(email);

      assertThat(refused.error()).isEqualTo("429 RATE_LIMITED");
      assertThat(api.balance(email)).isEqualTo(10);
    }
  }

  @Test
  void requests_above_the_limit_of_waits_do_not_wait() throws Exception {
    try (var api = Api.start(Map.of("GENERATION_WAITING_LIMIT", "1"));
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var email = api.customer();
      var resume = api.gemini.generatesLater();
      var waiting = callers.submit(() -> requested(api, email, "wait=20"));
      while (api.gemini.calls().size() < 3) {
        Thread.onSpinWait();
      }

      var second = requested(api, email, "respond-async, wait=20");
      resume.countDown();
      var first = waiting.get();
      var third = requested(api, email, "wait=20");

      assertThat(second.status()).isEqualTo(202);
      assertThat(second.header("preference-applied")).isEqualTo("respond-async");
      assertThat(first.status()).isEqualTo(200);
      assertThat(third.status()).isEqualTo(200);
    }
  }

  @Test
  void lookups_of_foreign_sessions_are_limited_and_of_own_sessions_are_not() {
    var minute = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    var now = new AtomicReference<>(minute.plusSeconds(20));
    try (var guarded = ApiWithTokens.start(Map.of("CHECKOUT_LOOKUP_LIMIT", ""), now::get)) {
      assertThat(lookup(guarded, EVE, "no-session").error())
          .isEqualTo("404 CHECKOUT_SESSION_NOT_FOUND");
      assertThat(lookup(guarded, EVE, "cs_" + "1".repeat(2_000)).error())
          .isEqualTo("404 CHECKOUT_SESSION_NOT_FOUND");

      var first = lookup(guarded, EVE, guarded.session);
      var refused = lookup(guarded, EVE, "cs_test_unknown");
      var own = Stream.generate(() -> lookup(guarded, ADA, guarded.session)).limit(5).toList();
      var other = lookup(guarded, ADA, "cs_test_of_nobody");
      now.set(minute.plusSeconds(60));
      var later = lookup(guarded, EVE, guarded.session);

      assertThat(first.error()).isEqualTo("403 FORBIDDEN");
      assertThat(refused.text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 1 a minute for lookups of checkout sessions that you"
                  + " did not open is reached; please try again later.\","
                  + "\"error_code\":\"RATE_LIMITED\"}");
      assertThat(refused.header("retry-after")).isEqualTo("40");
      assertThat(own)
          .extracting(ApiResponse::text)
          .containsOnly("200 {\"status\":\"paid\",\"credits\":50}");
      assertThat(other.error()).isEqualTo("404 CHECKOUT_SESSION_NOT_FOUND");
      assertThat(later.error()).isEqualTo("403 FORBIDDEN");
      assertThat(guarded.api.stripe.calls("/v1/checkout/sessions/" + guarded.session)).hasSize(7);
      assertThat(guarded.api.stripe.calls("/v1/checkout/sessions/cs_test_unknown")).isEmpty();
    }
  }

  @Test
  void checkouts_are_limited_per_caller_and_hour_repeats_included() {
    var now = new AtomicReference<>(Instant.now());
    var hour = now.get().truncatedTo(ChronoUnit.HOURS);
    try (var guarded = ApiWithTokens.start(Map.of("CHECKOUT_HOURLY_LIMIT", "3"), now::get)) {
      now.set(hour.plusSeconds(600));
      var opened = guarded.api.stripe.calls("/v1/checkout/sessions").size();
      var open = "POST /api/checkout";
      var second = send(guarded, open, ADA, "again");
      var repeat = send(guarded, open, ADA, "again");
      var refused = send(guarded, open, ADA, "another");
      var other = send(guarded, open, EVE, "another");
      now.set(hour.plusSeconds(3600));
      var later = send(guarded, open, ADA, "another");

      assertThat(second.status()).isEqualTo(200);
      assertThat(repeat.json()).isEqualTo(second.json());
      assertThat(refused.text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 3 checkouts an hour is reached; please try again later."
                  + " Nothing was charged.\",\"error_code\":\"RATE_LIMITED\"}");
      assertThat(refused.header("retry-after")).isEqualTo("3000");
      assertThat(other.status()).isEqualTo(200);
      assertThat(later.status()).isEqualTo(200);
      assertThat(guarded.api.stripe.calls("/v1/checkout/sessions")).hasSize(opened + 4);
    }
  }

  @Test
  void uploads_are_limited_per_caller_and_hour() {
    var now = new AtomicReference<>(Instant.now());
    var hour = now.get().truncatedTo(ChronoUnit.HOURS);
    try (var guarded = ApiWithTokens.start(Map.of("UPLOAD_HOURLY_LIMIT", "1"), now::get)) {
      now.set(hour.plusSeconds(3599));
      var open = "POST /api/uploads";
      var first = send(guarded, open, ADA, "1");
      var refused = send(guarded, open, ADA, "2");
      var other = send(guarded, open, EVE, "3");
      now.set(hour.plusSeconds(3600));
      var later = send(guarded, open, ADA, "4");

      assertThat(first.status()).isEqualTo(200);
      assertThat(refused.text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 1 uploads an hour is reached; please try again later."
                  + " Nothing was charged.\",\"error_code\":\"RATE_LIMITED\"}");
      assertThat(refused.header("retry-after")).isEqualTo("1");
      assertThat(other.status()).isEqualTo(200);
      assertThat(later.status()).isEqualTo(200);
    }
  }

  private static ApiResponse send(ApiWithTokens guarded, String route, String email, String key) {
    return guarded.send(
        guarded.request(route, email).header("Idempotency-Key", key), guarded.issuer.token(email));
  }

  @Test
  void feedback_is_limited_per_network_and_hour_without_storing_an_address() {
    var now = new AtomicReference<>(Instant.now());
    var hour = now.get().truncatedTo(ChronoUnit.HOURS);
    try (var guarded = ApiWithTokens.start(Map.of("FEEDBACK_HOURLY_LIMIT", "2"), now::get)) {
      now.set(hour.plusSeconds(60));
      var answers =
          Stream.generate(() -> guarded.api.post("/api/feedback", "{\"message\":\"Good\"}"))
              .limit(3)
              .toList();
      var invalid = guarded.api.post("/api/feedback", "{\"message\":\"\"}");
      now.set(hour.plusSeconds(3600));
      var later = guarded.api.post("/api/feedback", "{\"message\":\"Good\"}");

      assertThat(answers).extracting(ApiResponse::status).containsExactly(200, 200, 429);
      assertThat(answers.getLast().text())
          .isEqualTo(
              "429 {\"detail\":\"The limit of 2 messages an hour from your network is reached; please"
                  + " try again later.\",\"error_code\":\"RATE_LIMITED\"}");
      assertThat(answers.getLast().header("retry-after")).isEqualTo("3540");
      assertThat(invalid.status()).isEqualTo(422);
      assertThat(later.status()).isEqualTo(200);
      assertThat(guarded.api.stored().toString()).doesNotContain("127.0.0.1");
    }
  }

  @Test
  void callers_who_cannot_be_told_apart_have_no_limits_of_their_own() {
    var limits =
        Map.of(
            "CHECKOUT_HOURLY_LIMIT", "1", "UPLOAD_HOURLY_LIMIT", "1", "FEEDBACK_HOURLY_LIMIT", "1");
    try (var api = Api.start(limits)) {
      var answers =
          Stream.generate(
                  () ->
                      List.of(
                          api.post(
                              "/api/checkout",
                              "{\"email\":\"ada@example.com\",\"package\":\"starter\"}"),
                          api.post(
                              "/api/uploads",
                              UploadsTest.wanted("ada@example.com", "image/png", 1)),
                          api.post("/api/feedback", "{\"message\":\"Good\"}")))
              .limit(2)
              .flatMap(List::stream)
              .toList();

      assertThat(answers).extracting(ApiResponse::status).containsOnly(200);
    }
  }

  private static ApiResponse lookup(ApiWithTokens guarded, String email, String session) {
    return guarded.send(
        guarded.api.request("/api/checkout/" + session), guarded.issuer.token(email));
  }

  @Test
  void a_limit_of_zero_is_off() {
    try (var api =
        Api.start(
            Map.of(
                "GENERATION_PENDING_LIMIT", "0",
                "GENERATION_WAITING_LIMIT", "0",
                "GENERATION_HOURLY_LIMIT", "0",
                "MODEL_UNCHARGED_PICTURES", "0",
                "MODEL_DAILY_PICTURES", "0",
                "MODEL_DAILY_USER_PERCENT", "0"))) {
      var email = api.customer();
      api.gemini.answers(FakeGemini.promptBlocked("SAFETY"));
      for (var i = 0; i < 25; i++) {
        assertThat(api.generate(email).error()).isEqualTo("422 SAFETY_BLOCKED");
      }
      api.gemini.generates();

      assertThat(requested(api, email, "wait=20").status()).isEqualTo(200);

      assertThat(api.balance(email)).isEqualTo(7);
    }
  }

  /** A system whose clock stands still, so that no hour or day ends during a test. */
  private static Api inOneWindow(Map<String, String> settings) {
    return Api.start(settings, InstantSource.fixed(Instant.now()));
  }

  /** Makes the model give an answer to a request, and checks the error of the API. */
  private static void assertRefusal(
      Api api, String email, FakeGemini.Answer answer, String refusal) {
    api.gemini.answers(answer);
    assertThat(api.generate(email).error()).isEqualTo(refusal);
  }

  private static ApiResponse queued(Api api, String email) {
    return requested(api, email, "respond-async");
  }

  private static ApiResponse requested(Api api, String email, String preference) {
    return api.send(
        api.request("/api/generate")
            .header("Content-Type", Form.CONTENT_TYPE)
            .header("Prefer", preference)
            .POST(BodyPublishers.ofByteArray(Form.request(email).bytes())));
  }
}
