package dev.photocredits.systemtests.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.Template;
import dev.photocredits.systemtests.fakes.FakeIssuer;
import dev.photocredits.systemtests.generation.UploadsTest;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The whole system with tokens required. Its user Ada has credits, a generation, and a checkout
 * session that is paid but not granted yet.
 */
public final class ApiWithTokens implements AutoCloseable {
  public static final String ADA = "ada@example.com";
  public static final String EVE = "eve@example.com";
  public static final String ADAS_KEY = "a-key-of-ada";

  /** The only routes that require no token. */
  public static final Set<String> OPEN =
      Set.of(
          "GET /api/health",
          "$default",
          "GET /api/packages",
          "HEAD /api/packages",
          "GET /api/prices",
          "HEAD /api/prices",
          "POST /api/feedback",
          "POST /api/webhooks/stripe");

  public final FakeIssuer issuer = new FakeIssuer();
  public final Api api;

  /** Ada's generation. */
  public final String generation;

  /** Ada's checkout session. */
  public final String session;

  private ApiWithTokens(Map<String, String> settings, InstantSource clock) {
    var all = new HashMap<>(settings);
    all.put("AUTH_MODE", "jwt");
    all.put("JWT_ISSUER", issuer.address().toString());
    all.put("JWT_AUDIENCE", FakeIssuer.AUDIENCE);
    api = Api.start(all, clock);
    api.buys(ADA, "cs_test_adas_first");
    var ada = issuer.token(ADA);
    generation = send(request("POST /api/generate", ADA), ada).header("x-generation-id");
    session =
        send(request("POST /api/checkout", ADA).header("Idempotency-Key", ADAS_KEY), ada)
            .json()
            .path("session_id")
            .asText();
    api.stripe.pays(session);
  }

  public static ApiWithTokens start() {
    return start(Map.of());
  }

  public static ApiWithTokens start(Map<String, String> settings) {
    return start(settings, InstantSource.system());
  }

  /** Starts a system whose functions use the given clock; tokens use the system's clock. */
  public static ApiWithTokens start(Map<String, String> settings, InstantSource clock) {
    return new ApiWithTokens(settings, clock);
  }

  /** The routes of the template that require a token. */
  public static List<String> guarded() {
    return Template.find().routes().stream()
        .map(Template.Route::key)
        .filter(key -> !OPEN.contains(key))
        .toList();
  }

  /** A request for a user that succeeds with that user's token; its ids are Ada's. */
  public HttpRequest.Builder request(String route, String email) {
    var words = route.split(" ", 2);
    var path =
        words[1]
            .replace("{email}", email)
            .replace("{id}", String.valueOf(generation))
            .replace("{session_id}", String.valueOf(session));
    return switch (route) {
      case "POST /api/checkout" -> checkout("{\"email\":\"" + email + "\",\"package\":\"pro\"}");
      case "POST /api/uploads" ->
          api.request("/api/uploads")
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(UploadsTest.wanted(email, "image/png", 1)));
      case "POST /api/quote" ->
          api.request("/api/quote")
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString("{\"user_email\":\"" + email + "\"}"));
      case "POST /api/generate" -> generate(Form.request(email).bytes());
      default -> api.request(path).method(words[0], BodyPublishers.noBody());
    };
  }

  public HttpRequest.Builder checkout(String json) {
    return api.request("/api/checkout")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json));
  }

  public HttpRequest.Builder generate(byte[] form) {
    return api.request("/api/generate")
        .header("Content-Type", Form.CONTENT_TYPE)
        .POST(BodyPublishers.ofByteArray(form));
  }

  public ApiResponse send(HttpRequest.Builder request, String token) {
    return api.send(request.header("Authorization", "Bearer " + token));
  }

  /** Makes attempts and checks that none of them wrote anything or called Stripe or Gemini. */
  public List<ApiResponse> withoutEffect(Supplier<List<ApiResponse>> attempts) {
    api.stripe.works();
    api.gemini.generates();
    var before = api.stored();

    var responses = attempts.get();

    assertThat(api.stored()).isEqualTo(before);
    assertThat(api.stripe.calls("/v1/customers")).isEmpty();
    assertThat(api.stripe.calls("/v1/checkout/sessions")).isEmpty();
    assertThat(api.gemini.calls()).isEmpty();
    return responses;
  }

  @Override
  public void close() {
    api.close();
    issuer.close();
  }
}
