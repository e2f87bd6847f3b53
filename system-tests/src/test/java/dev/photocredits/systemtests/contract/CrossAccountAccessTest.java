package dev.photocredits.systemtests.contract;

import static dev.photocredits.systemtests.client.ApiWithTokens.ADA;
import static dev.photocredits.systemtests.client.ApiWithTokens.ADAS_KEY;
import static dev.photocredits.systemtests.client.ApiWithTokens.EVE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.ApiWithTokens;
import dev.photocredits.systemtests.client.Form;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Eve, who has a valid token, cannot access anything of Ada's. */
final class CrossAccountAccessTest {
  private static final String NOT_YOURS =
      "403 {\"detail\":\"The token is not for this e-mail address.\",\"error_code\":\"FORBIDDEN\"}";
  private static final String NOT_VERIFIED =
      "403 {\"detail\":\"The token carries no verified e-mail address.\","
          + "\"error_code\":\"FORBIDDEN\"}";

  private static final String OTHER_SIGN_IN =
      "403 {\"detail\":\"The account of this e-mail address belongs to another sign-in. Sign in as you"
          + " did before, or contact support.\",\"error_code\":\"FORBIDDEN\"}";

  private static ApiWithTokens guarded;

  @BeforeAll
  static void start() {
    guarded = ApiWithTokens.start();
  }

  @AfterAll
  static void stop() {
    guarded.close();
  }

  /** Changes the claims of a validly signed token. */
  record Bearer(String name, Consumer<ObjectNode> claims) {
    String token(String email) {
      return guarded.issuer.token(email, claims);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  // Other users

  @Test
  void no_route_gives_eve_access_to_ada() {
    var eve = guarded.issuer.token(EVE);

    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .map(route -> guarded.send(guarded.request(route, ADA), eve))
                    .toList());

    assertThat(responses).extracting(ApiResponse::text).isSubsetOf(NOT_YOURS, "403 "); // HEAD
  }

  @Test
  void responses_do_not_reveal_whether_a_user_exists() {
    var eve = guarded.issuer.token(EVE);
    var stranger = "nobody-knows@example.com";

    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .filter(route -> !route.contains("{session_id}"))
                    .map(route -> guarded.send(guarded.request(route, stranger), eve))
                    .toList());

    assertThat(responses).extracting(ApiResponse::text).isSubsetOf(NOT_YOURS, "403 ");
  }

  @Test
  void no_route_gives_another_subject_with_adas_address_access_to_ada() {
    var successor = guarded.issuer.token(ADA, claims -> claims.put("sub", "successor"));
    var similar = guarded.issuer.token(ADA, claims -> claims.put("sub", "Person"));

    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .flatMap(
                        route ->
                            Stream.of(successor, similar)
                                .map(token -> guarded.send(guarded.request(route, ADA), token)))
                    .toList());

    assertThat(responses).extracting(ApiResponse::text).isSubsetOf(OTHER_SIGN_IN, "403 "); // HEAD
  }

  @Test
  void a_repeat_of_adas_request_is_refused_to_another_subject() {
    var successor = guarded.issuer.token(ADA, claims -> claims.put("sub", "successor"));
    var form = Form.request(ADA).bytes();
    var ada = guarded.issuer.token(ADA);
    var first = guarded.send(guarded.generate(form).header("Idempotency-Key", "once"), ada);

    var responses =
        guarded.withoutEffect(
            () ->
                List.of(
                    guarded.send(
                        guarded.generate(form).header("Idempotency-Key", "once"), successor)));

    assertThat(first.status()).isEqualTo(200);
    assertThat(responses).extracting(ApiResponse::text).containsExactly(OTHER_SIGN_IN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/credits/{email}",
        "GET /api/credits/{email}/transactions",
        "GET /api/generations/{email}",
        "GET /api/generations/{email}/{id}",
        "DELETE /api/generations/{email}/{id}",
        "POST /api/checkout",
        "POST /api/uploads",
        "POST /api/generate"
      })
  void an_account_that_a_webhook_opened_is_bound_by_its_first_use(String route) {
    var email = "first" + route.replaceAll("\\W", "").toLowerCase(Locale.ROOT) + "@example.com";
    guarded.api.buys(email, "cs_test_" + email.replaceAll("\\W", ""));
    var first = guarded.issuer.token(email);
    var second = guarded.issuer.token(email, claims -> claims.put("sub", "second"));

    var used = guarded.send(guarded.request(route, email), first);

    assertThat(used.status()).isIn(200, 404);
    assertThat(guarded.send(guarded.request("GET /api/credits/{email}", email), second).text())
        .isEqualTo(OTHER_SIGN_IN);
    assertThat(guarded.send(guarded.request("GET /api/credits/{email}", email), first).status())
        .isEqualTo(200);
  }

  @Test
  void adas_generation_is_not_found_in_eves_account() {
    var eve = guarded.issuer.token(EVE);

    var responses =
        guarded.withoutEffect(
            () ->
                List.of(
                    guarded.send(guarded.request("GET /api/generations/{email}/{id}", EVE), eve),
                    guarded.send(
                        guarded.api.request(
                            "/api/generations/" + EVE + "/00000000-0000-7000-8000-000000000000"),
                        eve)));

    assertThat(responses)
        .extracting(ApiResponse::text)
        .containsOnly(
            "404 {\"detail\":\"Generation not found\",\"error_code\":\"GENERATION_NOT_FOUND\"}");
  }

  @Test
  void adas_cursor_is_rejected_for_eve() {
    var ada = guarded.issuer.token(ADA);
    var eve = guarded.issuer.token(EVE);
    var path = "/transactions?limit=1";
    var cursor =
        guarded
            .send(guarded.api.request("/api/credits/" + ADA + path), ada)
            .json()
            .path("next_cursor")
            .asText();

    var responses =
        guarded.withoutEffect(
            () ->
                List.of(
                    guarded.send(
                        guarded.api.request("/api/credits/" + EVE + path + "&cursor=" + cursor),
                        eve)));

    assertThat(cursor).isNotEmpty().isNotEqualTo("null");
    assertThat(responses).extracting(ApiResponse::error).containsOnly("400 BAD_REQUEST");
  }

  @Test
  void adas_idempotency_key_has_no_effect_for_other_users() {
    var mallory = "mallory@example.com";

    var response =
        guarded.send(
            guarded.request("POST /api/checkout", mallory).header("Idempotency-Key", ADAS_KEY),
            guarded.issuer.token(mallory));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().path("session_id").asText())
        .startsWith("cs_")
        .isNotEqualTo(guarded.session);
  }

  // Unverified addresses

  @ParameterizedTest
  @MethodSource("unproven")
  void without_a_verified_address_every_route_is_forbidden(Bearer bearer) {
    var token = bearer.token(ADA);

    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .map(route -> guarded.send(guarded.request(route, ADA), token))
                    .toList());

    assertThat(responses).extracting(ApiResponse::text).isSubsetOf(NOT_VERIFIED, "403 ");
  }

  static List<Bearer> unproven() {
    var bearers = new LinkedHashMap<String, Consumer<ObjectNode>>();
    bearers.put("not verified", claims -> claims.put("email_verified", false));
    bearers.put("not verified, as text", claims -> claims.put("email_verified", "false"));
    bearers.put("missing", claims -> claims.remove("email_verified"));
    bearers.put("null", claims -> claims.putNull("email_verified"));
    bearers.put("a number", claims -> claims.put("email_verified", 1));
    bearers.put("a list", claims -> claims.putArray("email_verified").add(true));
    bearers.put("an object", claims -> claims.putObject("email_verified").put("a", true));
    bearers.put("in upper case", claims -> claims.put("email_verified", "TRUE"));
    bearers.put("a verified telephone", claims -> phone(claims).remove("email_verified"));
    bearers.put("no e-mail", claims -> claims.remove("email"));
    bearers.put("an empty e-mail", claims -> claims.put("email", ""));
    bearers.put("a list of e-mails", claims -> claims.putArray("email").add(ADA));
    bearers.put("an object as e-mail", claims -> claims.putObject("email").put("value", ADA));
    bearers.put("two e-mails in one", claims -> claims.put("email", ADA + "," + EVE));
    bearers.put("an e-mail with a name", claims -> claims.put("email", "Ada <" + ADA + ">"));
    bearers.put("another claim's name", claims -> claims.put("Email", ADA).remove("email"));
    bearers.put(
        "a user's name that is an e-mail",
        claims -> claims.put("cognito:username", ADA).put("sub", ADA).remove("email"));
    bearers.put(
        "a claim AUTH_MODE", claims -> claims.put("AUTH_MODE", "open").remove("email_verified"));
    return bearers.entrySet().stream()
        .map(bearer -> new Bearer(bearer.getKey(), bearer.getValue()))
        .toList();
  }

  private static ObjectNode phone(ObjectNode claims) {
    return claims.put("phone_number_verified", true);
  }

  // Look-alikes

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.da@example.com",
        "ada.@example.com",
        "ada+shop@example.com",
        "ada%@example.com",
        "ada-@example.com",
        "adа@example.com", // with a Cyrillic letter
        "ａda@example.com", // with a full-width letter
        "ada@exаmple.com",
        "ada@ｅxample.com",
        "ada\u0301@example.com",
        "ada\u200b@example.com",
        "ada@example.com.",
        "ada@example.com\u0000",
        "ada@example.com,eve@example.com",
        "ada@example.con",
        "ada@sub.example.com",
        "ada@example.comm",
        "\u212Aada@example.com",
        "eve@example.com"
      })
  void a_token_with_a_similar_address_is_rejected(String alike) {
    var token = guarded.issuer.token(alike);

    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .map(route -> guarded.send(guarded.request(route, ADA), token))
                    .toList());

    assertThat(responses).extracting(ApiResponse::text).isSubsetOf(NOT_YOURS, NOT_VERIFIED, "403 ");
  }

  @ParameterizedTest
  @CsvSource({
    "a.da@example.com, 403 FORBIDDEN",
    "ada%2Bshop@example.com, 403 FORBIDDEN",
    "%2561da@example.com, 403 FORBIDDEN",
    "ada%25@example.com, 403 FORBIDDEN",
    "ad%D0%B0@example.com, 400 INVALID_EMAIL",
    "%EF%BD%81da@example.com, 400 INVALID_EMAIL",
    "ada@example.com., 400 INVALID_EMAIL",
    "'ada@example.com,eve@example.com', 400 INVALID_EMAIL",
    "eve@example.com;ada@example.com, 400 INVALID_EMAIL",
    "eve@example.com%0Aada@example.com, 400 INVALID_EMAIL"
  })
  void adas_token_gives_no_access_to_similar_addresses(String alike, String refusal) {
    var ada = guarded.issuer.token(ADA);

    var responses =
        guarded.withoutEffect(
            () -> List.of(guarded.send(guarded.api.request("/api/credits/" + alike), ada)));

    assertThat(responses).extracting(ApiResponse::error).containsExactly(refusal);
  }

  @ParameterizedTest
  @CsvSource({
    "ada@example.com, ADA@EXAMPLE.COM",
    "Ada@Example.com, ada@example.com",
    "ADA@example.com, ada%40EXAMPLE.com",
    "ada@example.com, %61da@example.com",
    "' ada@example.com', %20ada@example.com%20"
  })
  void case_escapes_and_spaces_name_the_same_user(String inToken, String inPath) {
    var response =
        guarded.send(guarded.api.request("/api/credits/" + inPath), guarded.issuer.token(inToken));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().path("email").asText()).isEqualTo(ADA);
  }

  @Test
  void case_in_a_body_names_the_same_user() {
    var ada = guarded.issuer.token("ADA@example.com");

    var response =
        guarded.send(
            guarded.checkout("{\"email\":\"Ada@EXAMPLE.com\",\"package\":\"starter\"}"), ada);

    assertThat(response.status()).isEqualTo(200);
    assertThat(guarded.api.stripe.calls("/v1/checkout/sessions").getLast().form())
        .containsEntry("metadata[user_email]", ADA);
  }

  // Bypasses

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/credits/%61da@example.com",
        "/api/credits/ada%40example.com",
        "/api/credits/%2561da@example.com",
        "/api/credits/%20ada@example.com",
        "/api/credits/ada@example.com%20",
        "/api/credits/ada@example.com%09",
        "/api/credits/ada@example.com/",
        "/api//credits/ada@example.com",
        "//api/credits/ada@example.com",
        "/API/credits/ada@example.com",
        "/api/health/../credits/ada@example.com",
        "/api/health/%2e%2e/credits/ada@example.com",
        "/api/packages/..%2fcredits/ada@example.com",
        "/api/credits/eve@example.com%2F..%2Fada@example.com",
        "/api/credits/eve@example.com/../ada@example.com",
        "/api/credits/eve@example.com%3Fada@example.com",
        "/api/credits/eve@example.com%00ada@example.com",
        "/api/credits/ada@example.com%2Ftransactions",
        "/api/credits/ada@example.com?email=eve@example.com",
        "/api/credits/ada@example.com?AUTH_MODE=open",
        "/api/generations/ada@example.com?user_email=eve@example.com",
        "/api/generations/eve@example.com%2F..%2Fada@example.com"
      })
  void no_spelling_of_the_path_gives_access_to_ada(String path) {
    var eve = guarded.issuer.token(EVE);

    var responses =
        guarded.withoutEffect(
            () ->
                List.of(
                    guarded.send(guarded.api.request(path), eve),
                    guarded.api.send(guarded.api.request(path))));

    assertThat(responses.getFirst().status()).isIn(400, 403, 404);
    assertThat(responses.getLast().status()).isIn(400, 401, 404);
    assertThat(responses)
        .extracting(ApiResponse::body)
        .allSatisfy(body -> assertThat(body).doesNotContain("credits\":", guarded.generation));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"email\":\"ada@example.com\",\"package\":\"pro\",\"user_email\":\"eve@example.com\"}",
        "{\"email\":\"eve@example.com\",\"email\":\"ada@example.com\",\"package\":\"pro\"}",
        "{\"email\":\"eve@example.com\",\"\\u0065mail\":\"ada@example.com\",\"package\":\"pro\"}",
        "{\"Email\":\"eve@example.com\",\"email\":\"\\u0061da@example.com\",\"package\":\"pro\"}",
        "{\"email\":\"ada@example.com\",\"package\":\"pro\",\"AUTH_MODE\":\"open\"}",
        "{\"email\":\" ADA@example.com \",\"package\":\"pro\"}"
      })
  void no_spelling_of_the_body_buys_for_ada(String body) {
    var eve = guarded.issuer.token(EVE);

    var responses = guarded.withoutEffect(() -> List.of(guarded.send(guarded.checkout(body), eve)));

    assertThat(responses).extracting(ApiResponse::text).containsExactly(NOT_YOURS);
  }

  @Test
  void of_two_addresses_in_a_body_the_one_that_is_used_is_checked() {
    var oscar = "oscar@example.com";
    var token = guarded.issuer.token(oscar);
    var twice = "{\"email\":\"" + ADA + "\",\"email\":\"" + oscar + "\",\"package\":\"pro\"}";

    var bought = guarded.send(guarded.checkout(twice), token);

    assertThat(bought.status()).isEqualTo(200);
    assertThat(guarded.api.stripe.calls("/v1/checkout/sessions").getLast().form())
        .containsEntry("metadata[user_email]", oscar);
  }

  @ParameterizedTest
  @ValueSource(strings = {ADA, "ADA@example.com", " ada@example.com\t"})
  void no_spelling_of_the_form_spends_adas_credits(String last) {
    var eve = guarded.issuer.token(EVE);
    var form = Form.request(EVE).andAgain("user_email", last).text("email", EVE).bytes();

    var responses = guarded.withoutEffect(() -> List.of(guarded.send(guarded.generate(form), eve)));

    assertThat(responses).extracting(ApiResponse::text).containsExactly(NOT_YOURS);
  }

  @Test
  void of_two_addresses_in_a_form_the_one_that_pays_is_checked() {
    var eve = guarded.issuer.token(EVE);
    var form = Form.request(ADA).andAgain("user_email", EVE).bytes();

    var responses = guarded.withoutEffect(() -> List.of(guarded.send(guarded.generate(form), eve)));

    assertThat(responses).extracting(ApiResponse::error).containsExactly("404 USER_NOT_FOUND");
    assertThat(responses.getFirst().detail()).contains(EVE);
  }

  @Test
  void an_address_in_a_header_does_not_replace_that_of_the_form() {
    var eve = guarded.issuer.token(EVE);
    var request =
        guarded.generate(Form.request(ADA).bytes()).header("user_email", EVE).header("email", EVE);

    var responses = guarded.withoutEffect(() -> List.of(guarded.send(request, eve)));

    assertThat(responses).extracting(ApiResponse::text).containsExactly(NOT_YOURS);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void no_header_gives_eve_access_to_ada(Map.Entry<String, String> header) {
    var eve = guarded.issuer.token(EVE, claims -> claims.put("AUTH_MODE", "open"));

    var responses =
        guarded.withoutEffect(
            () ->
                ApiWithTokens.guarded().stream()
                    .map(
                        route ->
                            guarded.send(
                                guarded
                                    .request(route, ADA)
                                    .header(header.getKey(), header.getValue()),
                                eve))
                    .toList());

    assertThat(responses).extracting(ApiResponse::text).isSubsetOf(NOT_YOURS, "403 ");
  }

  static List<Map.Entry<String, String>> headers() {
    return List.of(
        Map.entry("AUTH_MODE", "open"),
        Map.entry("email", ADA),
        Map.entry("X-Forwarded-Email", ADA),
        Map.entry("X-Original-URL", "/api/packages"),
        Map.entry("X-HTTP-Method-Override", "OPTIONS"),
        Map.entry("x-amzn-oidc-identity", ADA),
        Map.entry(
            "x-amzn-request-context",
            "{\"authorizer\":{\"jwt\":{\"claims\":{\"email\":\"" + ADA + "\"}}}}"));
  }

  @Test
  void validation_errors_reveal_nothing_about_ada() {
    var eve = guarded.issuer.token(EVE);

    var responses =
        guarded.withoutEffect(
            () ->
                List.of(
                    guarded.send(guarded.checkout("{\"email\":\"" + ADA + "\"}"), eve),
                    guarded.send(guarded.generate("--x".getBytes(UTF_8)), eve)));

    assertThat(responses).extracting(ApiResponse::status).containsExactly(422, 400);
  }
}
