package dev.photocredits.emulators.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import dev.photocredits.emulators.issuer.TokenVerifier.Verdict.Genuine;
import dev.photocredits.emulators.issuer.TokenVerifier.Verdict.Refused;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of which tokens are accepted, and which claims a function receives. */
final class TokenVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00.900Z");
  private static final long SECOND = NOW.getEpochSecond();
  private static final JsonMapper JSON = new JsonMapper();
  private static final RSAKey KEY = key("known");

  private final TokenVerifier verifier =
      new TokenVerifier(
          new ImmutableJWKSet<>(new JWKSet(KEY.toPublicJWK())),
          "https://issuer",
          "shop",
          InstantSource.fixed(NOW));

  // Claims that a function receives

  @Test
  void every_claim_becomes_a_string() {
    var token =
        signed(
            claims -> {
              claims.put("email_verified", true).put("auth_time", SECOND).put("rate", 0.5);
              claims.putArray("cognito:groups").add("admins").add("users");
              claims.putObject("address").put("city", "Paris");
              claims.putNull("nickname");
            });

    assertThat(verifier.verify(token))
        .isEqualTo(
            new Genuine(
                Map.of(
                    "iss", "https://issuer",
                    "aud", "shop",
                    "exp", Long.toString(SECOND + 1),
                    "email_verified", "true",
                    "auth_time", Long.toString(SECOND),
                    "rate", "0.5",
                    "cognito:groups", "[admins users]",
                    "address", "{\"city\":\"Paris\"}")));
  }

  // The header

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER  ", "", " "})
  void the_prefix_bearer_is_optional(String before) {
    assertThat(verifier.verify(before + signed(_ -> {}))).isInstanceOf(Genuine.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void a_missing_token_is_rejected_with_a_bearer_challenge(String header) {
    assertThat(verifier.verify(header)).isEqualTo(new Refused("Bearer"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer",
        "Bearer token",
        "Bearer a.b",
        "a.b.c.d",
        "..",
        "Basic YTpi",
        "Bearer Bearer a.b.c"
      })
  void text_that_is_not_a_token_is_rejected(String header) {
    assertThat(verifier.verify(header))
        .isEqualTo(refused("token contains an invalid number of segments"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"=", "==", ",", "\n", "%3D", "+", ".", ";x", " x", "\u00e4"})
  void a_valid_token_with_trailing_characters_is_rejected(String trailing) {
    assertThat(verifier.verify(signed(_ -> {}) + trailing + "x")).isInstanceOf(Refused.class);
  }

  @Test
  void two_tokens_are_rejected() {
    var token = signed(_ -> {});

    assertThat(verifier.verify("Bearer " + token + ",Bearer " + token)).isInstanceOf(Refused.class);
  }

  @Test
  void three_segments_that_are_not_json_are_malformed() {
    assertThat(verifier.verify("a.b.c")).isEqualTo(refused("the token is malformed"));
  }

  // The signature

  @Test
  void a_token_signed_with_another_key_is_rejected() {
    var impostor = key("known");
    var unknown = key("unknown");

    assertThat(verifier.verify(signed(header("known"), impostor, claims())))
        .isEqualTo(refused("signature is invalid"));
    assertThat(verifier.verify(signed(header("unknown"), unknown, claims())))
        .isEqualTo(refused("signature is invalid"));
    assertThat(verifier.verify(signed(new JWSHeader(JWSAlgorithm.RS256), KEY, claims())))
        .isEqualTo(refused("the token names no key"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS384", "RS512", "PS256"})
  void a_token_signed_with_another_algorithm_is_rejected(String algorithm) throws Exception {
    var header = new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).keyID("known").build();

    assertThat(verifier.verify(signed(header, KEY, claims())))
        .isEqualTo(refused("signature is invalid"));
  }

  @Test
  void a_token_with_modified_claims_is_rejected() {
    var token = signed(_ -> {}).split("\\.", -1);
    var other = signed(claims -> claims.put("email", "eve@example.com")).split("\\.", -1);

    assertThat(verifier.verify(token[0] + "." + other[1] + "." + token[2]))
        .isEqualTo(refused("signature is invalid"));
  }

  @Test
  void a_token_is_rejected_while_the_issuers_keys_are_unavailable() {
    var offline =
        new TokenVerifier(
            (_, _) -> {
              throw new KeySourceException("gone");
            },
            "https://issuer",
            "shop",
            InstantSource.fixed(NOW));

    assertThat(offline.verify(signed(_ -> {})))
        .isEqualTo(refused("the issuer's keys cannot be fetched"));
  }

  // The claims

  @ParameterizedTest
  @ValueSource(strings = {"https://issuer/", "http://issuer", "HTTPS://ISSUER", ""})
  void a_token_of_another_issuer_is_rejected(String issuer) {
    assertThat(verifier.verify(signed(claims -> claims.put("iss", issuer))))
        .isEqualTo(refused("issuer does not match"));
  }

  @ParameterizedTest
  @CsvSource({
    "'\"shop\"',            '\"other\"', true",
    "'[\"other\",\"shop\"]', null,        true",
    "null,                  '\"shop\"',  true",
    "'\"other\"',           '\"shop\"',  false",
    "'[\"other\"]',         null,        false",
    "'[]',                  '\"other\"', false",
    "null,                  null,        false"
  })
  void the_client_id_counts_only_if_there_is_no_audience(
      String audience, String client, boolean valid) throws Exception {
    JsonNode aud = JSON.readTree(audience);
    JsonNode id = JSON.readTree(client);

    var verdict = verifier.verify(signed(claims -> claims.set("aud", aud), id));

    assertThat(verdict instanceof Genuine).isEqualTo(valid);
    if (!valid) {
      assertThat(verdict).isEqualTo(refused("the token does not have a valid audience"));
    }
  }

  @Test
  void validity_is_checked_to_the_second() {
    assertThat(List.of(with("exp", SECOND), with("exp", SECOND - 1), with("exp", 0)))
        .containsOnly(refused("the token has expired"));
    assertThat(verifier.verify(signed(claims -> claims.remove("exp"))))
        .isEqualTo(refused("the token has expired"));
    assertThat(List.of(with("nbf", SECOND + 1), with("iat", SECOND + 1)))
        .containsOnly(refused("the token is not valid yet"));
    assertThat(List.of(with("exp", SECOND + 1), with("nbf", SECOND), with("iat", SECOND)))
        .allMatch(Genuine.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exp", "nbf", "iat", "iss", "aud"})
  void a_claim_of_the_wrong_type_is_rejected(String claim) {
    assertThat(verifier.verify(signed(claims -> claims.putObject(claim))))
        .isInstanceOf(Refused.class);
  }

  private TokenVerifier.Verdict with(String claim, long time) {
    return verifier.verify(signed(claims -> claims.put(claim, time)));
  }

  private static Refused refused(String why) {
    return new Refused(
        "Bearer scope=\"\" error=\"invalid_token\" error_description=\"" + why + "\"");
  }

  private static ObjectNode claims() {
    return JSON.createObjectNode()
        .put("iss", "https://issuer")
        .put("aud", "shop")
        .put("exp", SECOND + 1);
  }

  private static String signed(Consumer<ObjectNode> change) {
    var claims = claims();
    change.accept(claims);
    return signed(header("known"), KEY, claims);
  }

  private static String signed(Consumer<ObjectNode> change, JsonNode client) {
    return signed(
        change.andThen(
            claims -> {
              var _ = claims.set("client_id", client);
            }));
  }

  private static JWSHeader header(String key) {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key).build();
  }

  private static String signed(JWSHeader header, RSAKey key, ObjectNode claims) {
    try {
      var token = new JWSObject(header, new Payload(claims.toString()));
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static RSAKey key(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
