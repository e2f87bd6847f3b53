package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeIssuer;
import dev.photocredits.local.Template;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The whole system where tokens are required, and Ada, who has something to lose: credits, a
 * generation, and a checkout that is paid and not granted yet.
 */
final class GuardedApi implements AutoCloseable {
  static final String ADA = "ada@example.com";
  static final String EVE = "eve@example.com";
  static final String ADAS_KEY = "a-key-of-ada";

  /** The only routes that want no token. */
  static final Set<String> OPEN =
      Set.of(
          "GET /api/health",
          "$default",
          "GET /api/packages",
          "HEAD /api/packages",
          "POST /api/feedback",
          "POST /api/webhooks/stripe");

  final FakeIssuer issuer = new FakeIssuer();
  final Api api;

  /** Ada's generation. */
  final String generation;

  /** Ada's checkout. */
  final String session;

  private GuardedApi(Map<String, String> settings, InstantSource clock) {
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

  static GuardedApi start() {
    return start(Map.of());
  }

  static GuardedApi start(Map<String, String> settings) {
    return start(settings, InstantSource.system());
  }

  /** One whose functions go by that clock; tokens go by the system's. */
  static GuardedApi start(Map<String, String> settings, InstantSource clock) {
    return new GuardedApi(settings, clock);
  }

  /** All routes of the template but those that are open to everybody. */
  static List<String> guarded() {
    return Template.find().routes().stream()
        .map(Template.Route::key)
        .filter(key -> !OPEN.contains(key))
        .toList();
  }

  /** A request that would be answered, if that person sent it; what it names is Ada's. */
  HttpRequest.Builder request(String route, String email) {
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
      case "POST /api/generate" -> generate(Form.order(email).bytes());
      default -> api.request(path).method(words[0], BodyPublishers.noBody());
    };
  }

  HttpRequest.Builder checkout(String json) {
    return api.request("/api/checkout")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json));
  }

  HttpRequest.Builder generate(byte[] form) {
    return api.request("/api/generate")
        .header("Content-Type", Form.CONTENT_TYPE)
        .POST(BodyPublishers.ofByteArray(form));
  }

  Answer send(HttpRequest.Builder request, String token) {
    return api.send(request.header("Authorization", "Bearer " + token));
  }

  /** What all of it answered; not one of it has written anything or cost anybody anything. */
  List<Answer> inVain(Supplier<List<Answer>> attempts) {
    api.stripe.works();
    api.gemini.draws();
    var before = api.stored();

    var answers = attempts.get();

    assertThat(api.stored()).isEqualTo(before);
    assertThat(api.stripe.calls("/v1/customers")).isEmpty();
    assertThat(api.stripe.calls("/v1/checkout/sessions")).isEmpty();
    assertThat(api.gemini.calls()).isEmpty();
    return answers;
  }

  @Override
  public void close() {
    api.close();
    issuer.close();
  }
}
