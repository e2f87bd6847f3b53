package dev.photocredits.systemtests.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import dev.photocredits.emulators.Template;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.ApiWithTokens;
import dev.photocredits.systemtests.fakes.FakeIssuer;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With tokens required, guarded routes need a valid token, and open routes need none. */
final class TokensTest {
  private static ApiWithTokens guarded;

  @BeforeAll
  static void start() {
    guarded = ApiWithTokens.start();
  }

  @AfterAll
  static void stop() {
    guarded.close();
  }

  /** A request without a valid token of Ada. */
  record Attempt(String name, UnaryOperator<HttpRequest.Builder> how) {
    static Attempt bearing(String name, String token) {
      return header(name, "Authorization", "Bearer " + token);
    }

    static Attempt header(String name, String header, String value) {
      return new Attempt(name, request -> request.header(header, value));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  // Access

  @Test
  void exactly_these_routes_are_open() {
    assertThat(Template.find().routes())
        .filteredOn(route -> !route.needsToken())
        .extracting(Template.Route::key)
        .containsExactlyInAnyOrderElementsOf(ApiWithTokens.OPEN);
    assertThat(ApiWithTokens.guarded()).hasSizeGreaterThanOrEqualTo(12);
  }

  @Test
  void open_routes_require_no_token() {
    var event = StripeEvent.completed(StripeEvent.newSession(), "new@example.com", "starter");

    var responses =
        List.of(
            guarded.api.get("/api/health"),
            guarded.api.get("/api/packages"),
            guarded.api.get("/api/prices"),
            guarded.api.post("/api/feedback", "{\"message\":\"Good\"}"),
            guarded.api.webhook(event));

    assertThat(responses).extracting(ApiResponse::status).containsOnly(200);
    assertThat(guarded.api.get("/api/nothing").error()).isEqualTo("404 NOT_FOUND");
  }

  @Test
  void a_valid_token_gives_its_owner_access_to_every_route() {
    var owner = guarded.issuer.token(ApiWithTokens.ADA);

    for (var route : ApiWithTokens.guarded()) {
      var response = guarded.send(guarded.request(route, ApiWithTokens.ADA), owner);

      assertThat(response.status()).as(route).isIn(200, 204);
    }
  }

  // No access

  @ParameterizedTest
  @MethodSource("attempts")
  void without_a_valid_token_every_guarded_route_is_rejected_and_writes_nothing(Attempt attempt) {
    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .map(route -> attempt.how().apply(guarded.request(route, ApiWithTokens.ADA)))
                    .map(guarded.api::send)
                    .toList());

    assertThat(responses).extracting(ApiResponse::status).containsOnly(401);
    assertThat(responses)
        .extracting(ApiResponse::body)
        .containsOnly("", "{\"message\":\"Unauthorized\"}"); // HEAD has none
    assertThat(responses)
        .extracting(response -> response.header("www-authenticate"))
        .allMatch(challenge -> challenge.startsWith("Bearer"));
  }

  static List<Attempt> attempts() throws Exception {
    return Stream.of(elsewhere(), unsigned(), forged(), outdated(), smuggled())
        .flatMap(List::stream)
        .toList();
  }

  // Tokens in the wrong place, or no token.
  private static List<Attempt> elsewhere() {
    var token = guarded.issuer.token(ApiWithTokens.ADA);
    return List.of(
        new Attempt("nothing", request -> request),
        Attempt.header("an empty header", "Authorization", ""),
        Attempt.header("no more than Bearer", "Authorization", "Bearer"),
        Attempt.header("a password", "Authorization", "Basic YWRhOmFkYQ=="),
        Attempt.header("another scheme", "Authorization", "Token " + token),
        Attempt.bearing("no token", "good"),
        Attempt.bearing("three words", "not.a.token"),
        Attempt.bearing("half a token", token.substring(0, token.length() / 2)),
        Attempt.bearing("more than a token", token + "x"),
        Attempt.bearing("a token with padding", token + "=="),
        Attempt.bearing("two tokens in one", token + "," + token),
        new Attempt(
            "two headers",
            request ->
                request
                    .header("Authorization", "Bearer " + token)
                    .header("Authorization", "Bearer " + token)),
        new Attempt("in the query", request -> withQuery(request, "access_token=" + token)),
        new Attempt(
            "in the query by the header's name",
            request -> withQuery(request, "Authorization=Bearer%20" + token)),
        Attempt.header("in a cookie", "Cookie", "Authorization=" + token + "; token=" + token),
        Attempt.header("in another header", "X-Authorization", "Bearer " + token),
        Attempt.header("for a proxy", "Proxy-Authorization", "Bearer " + token),
        Attempt.header("remapped", "x-amzn-remapped-authorization", "Bearer " + token));
  }

  private static List<Attempt> unsigned() {
    var token = guarded.issuer.token(ApiWithTokens.ADA).split("\\.", -1);
    var attempts = new ArrayList<Attempt>();
    attempts.add(Attempt.bearing("no signature", token[0] + "." + token[1] + "."));
    for (var none : List.of("none", "None", "NONE", "")) {
      var header = base64("{\"alg\":\"" + none + "\",\"kid\":\"published\",\"typ\":\"JWT\"}");
      attempts.add(Attempt.bearing("alg " + none, header + "." + token[1] + "."));
      attempts.add(
          Attempt.bearing("alg " + none + ", signed", header + "." + token[1] + "." + token[2]));
    }
    return attempts;
  }

  private static List<Attempt> forged() throws Exception {
    var claims = guarded.issuer.claims(ApiWithTokens.ADA);
    var header = guarded.issuer.header();
    var stranger = FakeIssuer.newKey("published");
    var unknown = FakeIssuer.newKey("unknown");
    var own = guarded.issuer.token(ApiWithTokens.EVE).split("\\.", -1);
    var secrets =
        Map.of(
            "the key's bytes", guarded.issuer.key.toRSAPublicKey().getEncoded(),
            "the key in JSON", guarded.issuer.key.toPublicJWK().toJSONString().getBytes(UTF_8),
            "the key in PEM", pem(guarded.issuer.key.toRSAPublicKey().getEncoded()));
    var attempts = new ArrayList<Attempt>();
    attempts.add(
        Attempt.bearing("another key", FakeIssuer.signed(header.build(), stranger, claims)));
    attempts.add(
        Attempt.bearing(
            "an unknown key", FakeIssuer.signed(header.keyID("unknown").build(), unknown, claims)));
    attempts.add(
        Attempt.bearing(
            "a key that is not named",
            FakeIssuer.signed(header.keyID(null).build(), guarded.issuer.key, claims)));
    attempts.add(
        Attempt.bearing(
            "a key that the token brings along",
            FakeIssuer.signed(
                header.keyID("unknown").jwk(unknown.toPublicJWK()).build(), unknown, claims)));
    attempts.add(
        Attempt.bearing(
            "a key at an address of the token's",
            FakeIssuer.signed(
                guarded
                    .issuer
                    .header()
                    .keyID("unknown")
                    .jwkURL(URI.create("http://127.0.0.1:1/keys"))
                    .build(),
                unknown,
                claims)));
    attempts.add(
        Attempt.bearing(
            "another type",
            FakeIssuer.signed(
                guarded.issuer.header().type(new JOSEObjectType("logout+jwt")).build(),
                guarded.issuer.key,
                claims)));
    attempts.add(
        Attempt.bearing(
            "one's own token with another's claims",
            own[0] + "." + base64(claims.toString()) + "." + own[2]));
    for (var secret : secrets.entrySet()) {
      attempts.add(
          Attempt.bearing(
              "HS256 with " + secret.getKey(),
              FakeIssuer.signed(
                  new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("published").build(),
                  new MACSigner(secret.getValue()),
                  claims)));
    }
    return attempts;
  }

  private static List<Attempt> outdated() {
    var now = Instant.now().getEpochSecond();
    var wrong = new LinkedHashMap<String, Consumer<ObjectNode>>();
    wrong.put("expired", claims -> claims.put("exp", now - 1));
    wrong.put("expired long ago", claims -> claims.put("exp", 0));
    wrong.put("without expiry", claims -> claims.remove("exp"));
    wrong.put("with an expiry as text", claims -> claims.put("exp", "tomorrow"));
    wrong.put("not yet valid", claims -> claims.put("nbf", now + 3600));
    wrong.put("issued tomorrow", claims -> claims.put("iat", now + 86_400));
    wrong.put("of another issuer", claims -> claims.put("iss", "https://issuer.example"));
    wrong.put("of a similar issuer", claims -> claims.put("iss", guarded.issuer.address() + "/"));
    wrong.put("of no issuer", claims -> claims.remove("iss"));
    wrong.put("for another audience", claims -> claims.put("aud", "another-client"));
    wrong.put(
        "for other audiences", claims -> claims.putArray("aud").add("another").add("a third"));
    wrong.put("for a similar audience", claims -> claims.put("aud", FakeIssuer.AUDIENCE + " "));
    wrong.put("for no audience", claims -> claims.remove("aud"));
    wrong.put(
        "of our client, for another audience",
        claims -> claims.put("aud", "another").put("client_id", FakeIssuer.AUDIENCE));
    return wrong.entrySet().stream()
        .map(
            claims ->
                Attempt.bearing(
                    claims.getKey(), guarded.issuer.token(ApiWithTokens.ADA, claims.getValue())))
        .toList();
  }

  // Values that only the gateway may set, sent by the client.
  private static List<Attempt> smuggled() {
    var authorizer =
        "{\"jwt\":{\"claims\":{\"email\":\"ada@example.com\",\"email_verified\":\"true\"},"
            + "\"scopes\":null}}";
    return List.of(
        Attempt.header("AUTH_MODE in a header", "AUTH_MODE", "open"),
        Attempt.header("AUTH-MODE in a header", "Auth-Mode", "open"),
        Attempt.header("AUTH_MODE in a cookie", "Cookie", "AUTH_MODE=open"),
        new Attempt("AUTH_MODE in the query", request -> withQuery(request, "AUTH_MODE=open")),
        Attempt.header("an authorizer in a header", "authorizer", authorizer),
        Attempt.header("an authorizer of Amazon's", "x-amzn-authorizer", authorizer),
        Attempt.header("claims of a load balancer's", "x-amzn-oidc-data", base64(authorizer)),
        Attempt.header(
            "a request context in a header",
            "x-amzn-request-context",
            "{\"authorizer\":" + authorizer + "}"),
        Attempt.header("a name from a proxy", "X-Forwarded-Email", ApiWithTokens.ADA),
        Attempt.header("another method", "X-HTTP-Method-Override", "OPTIONS"),
        Attempt.header("another path", "X-Original-URL", "/api/health"),
        new Attempt(
            "a request context in the query",
            request -> withQuery(request, "requestContext.authorizer.jwt.claims.email=ada@a.com")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"AUTH_MODE\":\"open\"",
        "\"headers\":{\"authorization\":\"Bearer x\"}",
        "\"routeKey\":\"GET /api/packages\"",
        "\"requestContext\":{\"authorizer\":{\"jwt\":{\"claims\":{\"email\":\"ada@example.com\"}}}}"
      })
  void a_body_that_looks_like_an_event_has_no_effect_on_authorization(String more) {
    var body = "{\"email\":\"ada@example.com\",\"package\":\"pro\"," + more + "}";

    var responses = guarded.withoutEffect(() -> List.of(guarded.api.send(guarded.checkout(body))));

    assertThat(responses)
        .extracting(ApiResponse::text)
        .containsOnly("401 {\"message\":\"Unauthorized\"}");
  }

  @Test
  void a_page_of_another_origin_may_read_the_error() {
    var response =
        guarded.api.send(
            guarded
                .request("GET /api/credits/{email}", ApiWithTokens.ADA)
                .header("Origin", "https://a"));

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.header("access-control-allow-origin")).isEqualTo("*");
  }

  // The issuer of the local run

  @Test
  void the_local_issuer_signs_a_token_for_any_address() {
    try (var api = Api.start(Map.of("AUTH_MODE", "jwt"))) {
      var good = ask(api, "{\"email\":\"ada@example.com\"}");
      var unverified = ask(api, "{\"email\":\"ada@example.com\",\"email_verified\":false}");
      var old = ask(api, "{\"email\":\"ada@example.com\",\"exp\":1}");

      assertThat(balance(api, good).text())
          .isEqualTo(
              "200 {\"credits\":0,\"email\":\"ada@example.com\",\"available\":0,\"pending\":0,\"expiring\":[]}");
      assertThat(balance(api, unverified).error()).isEqualTo("403 FORBIDDEN");
      assertThat(balance(api, old).text()).isEqualTo("401 {\"message\":\"Unauthorized\"}");
      assertThat(api.post("/sandbox/tokens", "[]").error()).isEqualTo("400 BAD_REQUEST");
    }
  }

  private static String ask(Api api, String claims) {
    return api.post("/sandbox/tokens", claims).json().path("id_token").asText();
  }

  private static ApiResponse balance(Api api, String token) {
    return api.send(
        api.request("/api/credits/ada@example.com").header("Authorization", "Bearer " + token));
  }

  private static HttpRequest.Builder withQuery(HttpRequest.Builder request, String query) {
    return request.uri(URI.create(request.copy().build().uri() + "?" + query));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  private static byte[] pem(byte[] key) {
    return ("-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END PUBLIC KEY-----\n")
        .getBytes(UTF_8);
  }
}
