package dev.photocredits.checks.contract;

import static dev.photocredits.checks.contract.GuardedApi.ADA;
import static dev.photocredits.checks.contract.GuardedApi.ADAS_KEY;
import static dev.photocredits.checks.contract.GuardedApi.EVE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Eve, whose token is good, goes for what is Ada's, and gets nothing. */
final class TrespassTest {
  private static final String NOT_YOURS =
      "403 {\"detail\":\"The token is not for this e-mail address.\",\"error_code\":\"FORBIDDEN\"}";
  private static final String NOBODY =
      "403 {\"detail\":\"The token carries no verified e-mail address.\","
          + "\"error_code\":\"FORBIDDEN\"}";

  private static GuardedApi guarded;

  @BeforeAll
  static void start() {
    guarded = GuardedApi.start();
  }

  @AfterAll
  static void stop() {
    guarded.close();
  }

  /** A token that is good and says who its bearer is, or does not. */
  record Bearer(String name, Consumer<ObjectNode> claims) {
    String token(String email) {
      return guarded.issuer.token(email, claims);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  // Other people

  @Test
  void no_route_gives_eve_what_is_adas() {
    var eve = guarded.issuer.token(EVE);

    var answers =
        guarded.inVain(
            () ->
                GuardedApi.guarded().stream()
                    .map(route -> guarded.send(guarded.request(route, ADA), eve))
                    .toList());

    assertThat(answers).extracting(Answer::said).isSubsetOf(NOT_YOURS, "403 "); // HEAD
  }

  @Test
  void whether_somebody_exists_is_nobodys_business() {
    var eve = guarded.issuer.token(EVE);
    var stranger = "nobody-knows@example.com";

    var answers =
        guarded.inVain(
            () ->
                GuardedApi.guarded().stream()
                    .filter(route -> !route.contains("{session_id}"))
                    .map(route -> guarded.send(guarded.request(route, stranger), eve))
                    .toList());

    assertThat(answers).extracting(Answer::said).isSubsetOf(NOT_YOURS, "403 ");
  }

  @Test
  void adas_generation_is_not_found_among_eves() {
    var eve = guarded.issuer.token(EVE);

    var answers =
        guarded.inVain(
            () ->
                List.of(
                    guarded.send(guarded.request("GET /api/generations/{email}/{id}", EVE), eve),
                    guarded.send(
                        guarded.api.request(
                            "/api/generations/" + EVE + "/00000000-0000-7000-8000-000000000000"),
                        eve)));

    assertThat(answers)
        .extracting(Answer::said)
        .containsOnly(
            "404 {\"detail\":\"Generation not found\",\"error_code\":\"GENERATION_NOT_FOUND\"}");
  }

  @Test
  void adas_cursor_leads_eve_nowhere() {
    var ada = guarded.issuer.token(ADA);
    var eve = guarded.issuer.token(EVE);
    var path = "/transactions?limit=1";
    var cursor =
        guarded
            .send(guarded.api.request("/api/credits/" + ADA + path), ada)
            .json()
            .path("next_cursor")
            .asText();

    var answers =
        guarded.inVain(
            () ->
                List.of(
                    guarded.send(
                        guarded.api.request("/api/credits/" + EVE + path + "&cursor=" + cursor),
                        eve)));

    assertThat(cursor).isNotEmpty().isNotEqualTo("null");
    assertThat(answers).extracting(Answer::refusal).containsOnly("400 BAD_REQUEST");
  }

  @Test
  void adas_key_means_nothing_for_eve() {
    var mallory = "mallory@example.com";

    var answer =
        guarded.send(
            guarded.request("POST /api/checkout", mallory).header("Idempotency-Key", ADAS_KEY),
            guarded.issuer.token(mallory));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("session_id").asText())
        .startsWith("cs_")
        .isNotEqualTo(guarded.session);
  }

  // People who have not proven who they are

  @ParameterizedTest
  @MethodSource("unproven")
  void without_a_verified_address_no_route_opens_not_even_ones_own(Bearer bearer) {
    var token = bearer.token(ADA);

    var answers =
        guarded.inVain(
            () ->
                GuardedApi.guarded().stream()
                    .map(route -> guarded.send(guarded.request(route, ADA), token))
                    .toList());

    assertThat(answers).extracting(Answer::said).isSubsetOf(NOBODY, "403 ");
  }

  static List<Bearer> unproven() {
    var bearers = new LinkedHashMap<String, Consumer<ObjectNode>>();
    bearers.put("not verified", claims -> claims.put("email_verified", false));
    bearers.put("not verified, in words", claims -> claims.put("email_verified", "false"));
    bearers.put("not said", claims -> claims.remove("email_verified"));
    bearers.put("said by nothing", claims -> claims.putNull("email_verified"));
    bearers.put("said by a number", claims -> claims.put("email_verified", 1));
    bearers.put("said by a list", claims -> claims.putArray("email_verified").add(true));
    bearers.put("said by an object", claims -> claims.putObject("email_verified").put("a", true));
    bearers.put("shouted", claims -> claims.put("email_verified", "TRUE"));
    bearers.put("said of a telephone", claims -> phone(claims).remove("email_verified"));
    bearers.put("no e-mail", claims -> claims.remove("email"));
    bearers.put("an empty e-mail", claims -> claims.put("email", ""));
    bearers.put("a list of e-mails", claims -> claims.putArray("email").add(ADA));
    bearers.put("an object", claims -> claims.putObject("email").put("value", ADA));
    bearers.put("two in one", claims -> claims.put("email", ADA + "," + EVE));
    bearers.put("a name before it", claims -> claims.put("email", "Ada <" + ADA + ">"));
    bearers.put("another claim's name", claims -> claims.put("Email", ADA).remove("email"));
    bearers.put(
        "a user's name that is an e-mail",
        claims -> claims.put("cognito:username", ADA).put("sub", ADA).remove("email"));
    bearers.put(
        "a mode of its own", claims -> claims.put("AUTH_MODE", "open").remove("email_verified"));
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
        "adа@example.com", // a Cyrillic letter
        "ａda@example.com", // a wide one
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
  void whoever_looks_like_ada_is_not_ada(String alike) {
    var token = guarded.issuer.token(alike);

    var answers =
        guarded.inVain(
            () ->
                GuardedApi.guarded().stream()
                    .map(route -> guarded.send(guarded.request(route, ADA), token))
                    .toList());

    assertThat(answers).extracting(Answer::said).isSubsetOf(NOT_YOURS, NOBODY, "403 ");
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
  void adas_token_opens_no_account_that_looks_like_hers(String alike, String refusal) {
    var ada = guarded.issuer.token(ADA);

    var answers =
        guarded.inVain(
            () -> List.of(guarded.send(guarded.api.request("/api/credits/" + alike), ada)));

    assertThat(answers).extracting(Answer::refusal).containsExactly(refusal);
  }

  @ParameterizedTest
  @CsvSource({
    "ada@example.com, ADA@EXAMPLE.COM",
    "Ada@Example.com, ada@example.com",
    "ADA@example.com, ada%40EXAMPLE.com",
    "ada@example.com, %61da@example.com",
    "' ada@example.com', %20ada@example.com%20"
  })
  void capitals_escapes_and_spaces_make_nobody_else(String inToken, String inPath) {
    var answer =
        guarded.send(guarded.api.request("/api/credits/" + inPath), guarded.issuer.token(inToken));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("email").asText()).isEqualTo(ADA);
  }

  @Test
  void capitals_in_a_body_make_nobody_else() {
    var ada = guarded.issuer.token("ADA@example.com");

    var answer =
        guarded.send(
            guarded.checkout("{\"email\":\"Ada@EXAMPLE.com\",\"package\":\"starter\"}"), ada);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(guarded.api.stripe.calls("/v1/checkout/sessions").getLast().form())
        .containsEntry("metadata[user_email]", ADA);
  }

  // Ways around

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
  void no_way_of_writing_the_path_leads_to_ada(String path) {
    var eve = guarded.issuer.token(EVE);

    var answers =
        guarded.inVain(
            () ->
                List.of(
                    guarded.send(guarded.api.request(path), eve),
                    guarded.api.send(guarded.api.request(path))));

    assertThat(answers.getFirst().status()).isIn(400, 403, 404);
    assertThat(answers.getLast().status()).isIn(400, 401, 404);
    assertThat(answers)
        .extracting(Answer::body)
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
  void no_way_of_writing_the_body_buys_in_adas_name(String body) {
    var eve = guarded.issuer.token(EVE);

    var answers = guarded.inVain(() -> List.of(guarded.send(guarded.checkout(body), eve)));

    assertThat(answers).extracting(Answer::said).containsExactly(NOT_YOURS);
  }

  @Test
  void of_two_addresses_in_a_body_the_one_that_counts_is_the_one_that_is_checked() {
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
  void no_way_of_writing_the_form_draws_on_adas_credits(String last) {
    var eve = guarded.issuer.token(EVE);
    var form = Form.order(EVE).andAgain("user_email", last).text("email", EVE).bytes();

    var answers = guarded.inVain(() -> List.of(guarded.send(guarded.generate(form), eve)));

    assertThat(answers).extracting(Answer::said).containsExactly(NOT_YOURS);
  }

  @Test
  void of_two_addresses_in_a_form_the_one_that_pays_is_the_one_that_is_checked() {
    var eve = guarded.issuer.token(EVE);
    var form = Form.order(ADA).andAgain("user_email", EVE).bytes();

    var answers = guarded.inVain(() -> List.of(guarded.send(guarded.generate(form), eve)));

    assertThat(answers).extracting(Answer::refusal).containsExactly("404 USER_NOT_FOUND");
    assertThat(answers.getFirst().detail()).contains(EVE);
  }

  @Test
  void an_address_beside_the_form_is_no_address() {
    var eve = guarded.issuer.token(EVE);
    var request =
        guarded.generate(Form.order(ADA).bytes()).header("user_email", EVE).header("email", EVE);

    var answers = guarded.inVain(() -> List.of(guarded.send(request, eve)));

    assertThat(answers).extracting(Answer::said).containsExactly(NOT_YOURS);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void no_header_makes_eve_ada(Map.Entry<String, String> header) {
    var eve = guarded.issuer.token(EVE, claims -> claims.put("AUTH_MODE", "open"));

    var answers =
        guarded.inVain(
            () ->
                GuardedApi.guarded().stream()
                    .map(
                        route ->
                            guarded.send(
                                guarded
                                    .request(route, ADA)
                                    .header(header.getKey(), header.getValue()),
                                eve))
                    .toList());

    assertThat(answers).extracting(Answer::said).isSubsetOf(NOT_YOURS, "403 ");
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
  void a_body_that_eve_gets_wrong_tells_her_nothing_of_ada() {
    var eve = guarded.issuer.token(EVE);

    var answers =
        guarded.inVain(
            () ->
                List.of(
                    guarded.send(guarded.checkout("{\"email\":\"" + ADA + "\"}"), eve),
                    guarded.send(guarded.generate("--x".getBytes(UTF_8)), eve)));

    assertThat(answers).extracting(Answer::status).containsExactly(422, 400);
  }
}
