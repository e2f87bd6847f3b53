package dev.photocredits.systemtests.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.StripeEvent;
import dev.photocredits.values.Sha256;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An API behind CloudFront, which refuses calls that did not come through it. */
final class DirectCallsTest {
  private static final Map<String, String> BEHIND_CLOUDFRONT =
      Map.of("ORIGIN_KEYS", digest("new-key") + "," + digest("old-key"));

  @Test
  void a_direct_call_of_any_other_route_than_the_webhook_and_the_health_check_changes_nothing() {
    try (var api = Api.start(BEHIND_CLOUDFRONT)) {
      var before = api.stored();

      var answers =
          Stream.of(
                  api.request("/api/packages"),
                  api.request("/api/prices"),
                  api.request("/api/credits/ada@example.com"),
                  api.request("/api/credits/ada@example.com/transactions"),
                  api.request("/api/checkout/cs_test_1"),
                  api.request("/api/generations/ada@example.com"),
                  json(api, "/api/checkout", "{\"email\":\"ada@example.com\",\"package\":\"pro\"}"),
                  json(api, "/api/feedback", "{\"message\":\"Good\"}"),
                  json(api, "/api/uploads", "{}"),
                  api.request("/api/generate")
                      .header("Content-Type", Form.CONTENT_TYPE)
                      .POST(BodyPublishers.ofByteArray(Form.request("ada@example.com").bytes())))
              .map(api::send)
              .toList();

      assertThat(answers).extracting(ApiResponse::error).containsOnly("403 FORBIDDEN");
      assertThat(api.stored()).isEqualTo(before);
      assertThat(api.get("/api/health").status()).isEqualTo(200);
      assertThat(api.get("/api/nothing").status()).isEqualTo(404);
    }
  }

  @Test
  void a_call_with_a_key_is_served_and_stripe_needs_none() {
    try (var api = Api.start(BEHIND_CLOUDFRONT)) {
      var opened = api.send(balance(api, "new-key"));

      var webhook =
          api.webhook(
              StripeEvent.completed(StripeEvent.newSession(), "ada@example.com", "starter"));
      var answers =
          Stream.of("new-key", "old-key", "guessed")
              .map(key -> api.send(balance(api, key)))
              .toList();

      assertThat(opened.json().path("credits").asInt()).isZero();
      assertThat(webhook.status()).isEqualTo(200);
      assertThat(answers).extracting(ApiResponse::status).containsExactly(200, 200, 403);
      assertThat(answers.getFirst().json().path("credits").asInt()).isEqualTo(10);
    }
  }

  @Test
  void callers_behind_cloudfront_are_limited_by_their_own_addresses() {
    try (var api = limited(BEHIND_CLOUDFRONT)) {
      var answers =
          Stream.of("192.0.2.1", "192.0.2.1", "198.51.100.7")
              .map(address -> api.send(feedback(api, address).header("x-origin-verify", "new-key")))
              .toList();

      assertThat(answers).extracting(ApiResponse::status).containsExactly(200, 429, 200);
      assertThat(api.stored().toString()).doesNotContain("192.0.2.1", "198.51.100.7");
    }
  }

  @Test
  void a_caller_cannot_name_an_address_without_cloudfront() {
    try (var api = limited(Map.of())) {
      var answers =
          Stream.of("192.0.2.1", "198.51.100.7", "203.0.113.2")
              .map(address -> api.send(feedback(api, address).header("x-origin-verify", "new-key")))
              .toList();

      assertThat(answers).extracting(ApiResponse::status).containsExactly(200, 429, 429);
    }
  }

  /** An API with tokens and one feedback message per network and hour, where time stands still. */
  private static Api limited(Map<String, String> settings) {
    var all = new HashMap<>(settings);
    all.putAll(Map.of("AUTH_MODE", "jwt", "FEEDBACK_HOURLY_LIMIT", "1"));
    return Api.start(all, InstantSource.fixed(Instant.now()));
  }

  private static HttpRequest.Builder balance(Api api, String key) {
    return api.request("/api/credits/ada@example.com").header("x-origin-verify", key);
  }

  private static HttpRequest.Builder feedback(Api api, String address) {
    return json(api, "/api/feedback", "{\"message\":\"Good\"}").header("true-client-ip", address);
  }

  private static HttpRequest.Builder json(Api api, String path, String body) {
    return api.request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private static String digest(String key) {
    return HexFormat.of().formatHex(Sha256.of(key));
  }
}
