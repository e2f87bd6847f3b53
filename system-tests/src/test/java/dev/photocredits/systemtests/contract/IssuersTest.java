package dev.photocredits.systemtests.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.fakes.FakeIssuer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Signs in with the tokens of each identity provider in {@code docs/issuers.md}: a fake issuer
 * publishes its documents where the provider does, and signs the claims that the provider
 * documents.
 */
final class IssuersTest {
  private static final String ADA = "ada@example.com";

  private static final String NOT_VERIFIED =
      "403 {\"detail\":\"The token carries no verified e-mail address.\","
          + "\"error_code\":\"FORBIDDEN\"}";
  private static final String NO_ID_TOKEN =
      "403 {\"detail\":\"This is an access token, which carries no e-mail address. Send the ID token"
          + " instead.\",\"error_code\":\"FORBIDDEN\"}";
  private static final String OTHER_SIGN_IN =
      "403 {\"detail\":\"The account of this e-mail address belongs to another sign-in. Sign in as you"
          + " did before, or contact support.\",\"error_code\":\"FORBIDDEN\"}";
  private static final String OTHER_ISSUER = "401 issuer does not match";
  private static final String OTHER_AUDIENCE = "401 the token does not have a valid audience";
  private static final String OTHER_ALGORITHM = "401 signature is invalid";

  /**
   * An identity provider, set up as the documentation says.
   *
   * @param path the path of the issuer
   * @param keys the path of its keys
   * @param audience JWT_AUDIENCE
   * @param claims the claims of Ada's token
   */
  record Provider(String name, String path, String keys, String audience, String claims) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * An ID token:
   * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
   */
  private static final Provider COGNITO =
      new Provider(
          "Cognito",
          "/us-east-1_EXAMPLE",
          "/us-east-1_EXAMPLE/.well-known/jwks.json",
          "1example23456789",
          """
          {
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "email_verified": true,
            "iss": "ISSUER",
            "cognito:username": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "origin_jti": "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
            "aud": "1example23456789",
            "event_id": "64f513be-32db-42b0-b78e-b02127b4f463",
            "token_use": "id",
            "auth_time": NOW,
            "exp": LATER,
            "iat": NOW,
            "jti": "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee",
            "email": "ada@example.com"
          }
          """);

  /**
   * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
   */
  private static final String COGNITO_ACCESS_TOKEN =
      """
      {
        "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "iss": "ISSUER",
        "version": 2,
        "client_id": "1example23456789",
        "origin_jti": "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
        "event_id": "64f513be-32db-42b0-b78e-b02127b4f463",
        "token_use": "access",
        "scope": "openid email",
        "auth_time": NOW,
        "exp": LATER,
        "iat": NOW,
        "jti": "dddddddd-bbbb-cccc-dddd-eeeeeeeeeeee",
        "username": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
      }
      """;

  /** An ID token: https://auth0.com/docs/secure/tokens/id-tokens/id-token-structure */
  private static final Provider AUTH0 =
      new Provider(
          "Auth0",
          "/",
          "/.well-known/jwks.json",
          "my_client_id",
          """
          {
            "nickname": "ada",
            "name": "Ada",
            "picture": "https://s.gravatar.com/avatar/ada.png",
            "updated_at": "2026-11-23T12:00:00.000Z",
            "email": "ada@example.com",
            "email_verified": true,
            "iss": "ISSUER",
            "aud": "my_client_id",
            "sub": "auth0|123456",
            "iat": NOW,
            "exp": LATER,
            "sid": "sid",
            "nonce": "nonce"
          }
          """);

  /**
   * An access token with two claims that an Action adds:
   * https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims
   */
  private static final Provider AUTH0_ACCESS_TOKEN =
      new Provider(
          "Auth0, with access tokens",
          "/",
          "/.well-known/jwks.json",
          "https://api.example.com",
          """
          {
            "email": "ada@example.com",
            "email_verified": true,
            "iss": "ISSUER",
            "sub": "auth0|123456",
            "aud": ["https://api.example.com", "ISSUERuserinfo"],
            "iat": NOW,
            "exp": LATER,
            "scope": "openid profile email",
            "azp": "my_client_id"
          }
          """);

  /** An ID token: https://firebase.google.com/docs/auth/admin/verify-id-tokens */
  private static final Provider FIREBASE =
      new Provider(
          "Firebase",
          "/shop-1234",
          "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
          "shop-1234",
          """
          {
            "name": "Ada",
            "iss": "ISSUER",
            "aud": "shop-1234",
            "auth_time": NOW,
            "user_id": "Xyz123",
            "sub": "Xyz123",
            "iat": NOW,
            "exp": LATER,
            "email": "ada@example.com",
            "email_verified": true,
            "firebase": {
              "identities": {"email": ["ada@example.com"]},
              "sign_in_provider": "password"
            }
          }
          """);

  /** A token of a template: https://clerk.com/docs/guides/sessions/jwt-templates */
  private static final Provider CLERK =
      new Provider(
          "Clerk",
          "",
          "/.well-known/jwks.json",
          "photo-credits",
          """
          {
            "aud": "photo-credits",
            "email": "ada@example.com",
            "email_verified": true,
            "azp": "https://app.example.com",
            "exp": LATER,
            "iat": NOW,
            "iss": "ISSUER",
            "jti": "10db7f531a90cb2faea4",
            "nbf": NOW,
            "sub": "user_1deJLArSTiWiF1YdsEWysnhJLLY"
          }
          """);

  /** What Clerk sends without a template: https://clerk.com/docs/guides/sessions/session-tokens */
  private static final String CLERK_SESSION_TOKEN =
      """
      {
        "azp": "https://app.example.com",
        "exp": LATER,
        "fva": [7, -1],
        "iat": NOW,
        "iss": "ISSUER",
        "jti": "10db7f531a90cb2faea4",
        "nbf": NOW,
        "sid": "sess_123",
        "sub": "user_1deJLArSTiWiF1YdsEWysnhJLLY",
        "v": 2
      }
      """;

  /**
   * An access token with email_verified from a hook:
   * https://supabase.com/docs/guides/auth/jwt-fields
   */
  private static final Provider SUPABASE =
      new Provider(
          "Supabase",
          "/auth/v1",
          "/auth/v1/.well-known/jwks.json",
          "authenticated",
          """
          {
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": NOW}],
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "aud": "authenticated",
            "email": "ada@example.com",
            "email_verified": true,
            "exp": LATER,
            "iat": NOW,
            "iss": "ISSUER",
            "phone": "",
            "role": "authenticated",
            "session_id": "123e4567-e89b-12d3-a456-426614174000",
            "sub": "123e4567-e89b-12d3-a456-426614174000",
            "user_metadata": {"email_verified": true},
            "is_anonymous": false
          }
          """);

  /**
   * An ID token of version 2.0 with two optional claims:
   * https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
   */
  private static final Provider ENTRA =
      new Provider(
          "Entra",
          "/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
          "/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/v2.0/keys",
          "00001111-aaaa-2222-bbbb-3333cccc4444",
          """
          {
            "aud": "00001111-aaaa-2222-bbbb-3333cccc4444",
            "iss": "ISSUER",
            "iat": NOW,
            "nbf": NOW,
            "exp": LATER,
            "email": "ada@example.com",
            "name": "Ada",
            "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
            "preferred_username": "ada@example.com",
            "rh": "0.AX0A",
            "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
            "tid": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "uti": "fqiBqXLPj0eQa82S-IYFAA",
            "ver": "2.0",
            "xms_edov": true
          }
          """);

  static final List<Provider> PROVIDERS =
      List.of(COGNITO, AUTH0, AUTH0_ACCESS_TOKEN, FIREBASE, CLERK, SUPABASE, ENTRA);

  private static final Map<Provider, Setup> STARTED = new HashMap<>();

  /** The system with tokens of a provider. */
  private static final class Setup {
    private static final JsonMapper JSON = new JsonMapper();

    final FakeIssuer issuer;
    final Api api;

    Setup(Provider provider) {
      issuer = new FakeIssuer(provider.path(), provider.keys());
      api =
          Api.start(
              Map.of(
                  "AUTH_MODE", "jwt",
                  "JWT_ISSUER", issuer.address().toString(),
                  "JWT_AUDIENCE", provider.audience()));
    }

    static Setup of(Provider provider) {
      return STARTED.computeIfAbsent(provider, Setup::new);
    }

    ObjectNode claims(String text) {
      var now = Instant.now().getEpochSecond();
      try {
        return (ObjectNode)
            JSON.readTree(
                text.replace("ISSUER", issuer.address().toString())
                    .replace("NOW", Long.toString(now))
                    .replace("LATER", Long.toString(now + 3600)));
      } catch (JsonProcessingException e) {
        throw new AssertionError(e);
      }
    }

    String token(ObjectNode claims) {
      return FakeIssuer.signed(issuer.header().build(), issuer.key, claims);
    }

    /** The first request of a customer: it opens the account. */
    ApiResponse balance(String token) {
      return api.send(
          api.request("/api/credits/" + ADA).header("Authorization", "Bearer " + token));
    }

    void close() {
      api.close();
      issuer.close();
    }
  }

  @AfterAll
  static void stop() {
    STARTED.values().forEach(Setup::close);
  }

  // Accepted

  @ParameterizedTest
  @FieldSource("PROVIDERS")
  void the_first_request_opens_the_account_and_binds_it_to_the_sign_in(Provider provider) {
    var setup = Setup.of(provider);
    var claims = setup.claims(provider.claims());
    var other = claims.deepCopy().put("sub", "another-subject");

    var first = setup.balance(setup.token(claims));

    assertThat(first.status()).as(first.text()).isEqualTo(200);
    assertThat(setup.api.stored("USER#" + ADA, "PROFILE")).containsKey("bound_to");
    assertThat(setup.balance(setup.token(claims)).status()).isEqualTo(200);
    assertThat(setup.balance(setup.token(other)).text()).isEqualTo(OTHER_SIGN_IN);
  }

  // Refused

  /** A token that is refused: 403 with its body, or 401 with the reason in the header. */
  record Refusal(
      Provider provider, String token, String claims, Consumer<ObjectNode> change, String answer) {
    @Override
    public String toString() {
      return provider + ": " + token;
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void a_token_without_a_verified_address_or_of_another_shape_is_refused(Refusal refusal) {
    var setup = Setup.of(refusal.provider());
    var claims = setup.claims(refusal.claims());
    refusal.change().accept(claims);
    var before = setup.api.stored();

    var response = setup.balance(setup.token(claims));

    assertThat(answer(response)).isEqualTo(refusal.answer());
    assertThat(setup.api.stored()).isEqualTo(before);
  }

  static Stream<Refusal> refusals() {
    return Stream.of(cognito(), auth0(), firebase(), clerk(), supabase(), entra())
        .flatMap(List::stream);
  }

  private static List<Refusal> cognito() {
    return List.of(
        refusal(COGNITO, "an access token", COGNITO_ACCESS_TOKEN, _ -> {}, NO_ID_TOKEN),
        refusal(
            COGNITO,
            "an access token to which a trigger has added the address",
            COGNITO_ACCESS_TOKEN,
            claims -> claims.put("email", ADA).put("email_verified", true),
            NO_ID_TOKEN),
        refusal(
            COGNITO,
            "an address that is not verified",
            claims -> claims.put("email_verified", false),
            NOT_VERIFIED),
        refusal(COGNITO, "another client", claims -> claims.put("aud", "other"), OTHER_AUDIENCE));
  }

  private static List<Refusal> auth0() {
    return List.of(
        refusal(
            AUTH0,
            "an issuer without the slash at its end",
            claims -> claims.put("iss", claims.path("iss").asText().replaceFirst("/$", "")),
            OTHER_ISSUER),
        refusal(
            AUTH0,
            "an address that is not verified",
            claims -> claims.put("email_verified", false),
            NOT_VERIFIED),
        refusal(
            AUTH0_ACCESS_TOKEN,
            "no Action that adds the address",
            claims -> claims.remove(List.of("email", "email_verified")),
            NOT_VERIFIED),
        refusal(
            AUTH0_ACCESS_TOKEN,
            "an Action that adds the address in a namespace",
            claims ->
                claims
                    .put("https://example.com/email", ADA)
                    .put("https://example.com/email_verified", true)
                    .remove(List.of("email", "email_verified")),
            NOT_VERIFIED),
        refusal(
            AUTH0_ACCESS_TOKEN,
            "another API",
            claims -> claims.putArray("aud").add("https://tenant.auth0.com/userinfo"),
            OTHER_AUDIENCE));
  }

  private static List<Refusal> firebase() {
    return List.of(
        refusal(
            FIREBASE,
            "an address that is not verified",
            claims -> claims.put("email_verified", false),
            NOT_VERIFIED),
        refusal(
            FIREBASE,
            "an anonymous user",
            claims ->
                claims
                    .put("provider_id", "anonymous")
                    .remove(List.of("name", "email", "email_verified")),
            NOT_VERIFIED),
        refusal(
            FIREBASE,
            "another project",
            claims -> claims.put("iss", claims.path("iss").asText() + "5").put("aud", "shop-12345"),
            OTHER_ISSUER));
  }

  private static List<Refusal> clerk() {
    return List.of(
        refusal(CLERK, "a session token", CLERK_SESSION_TOKEN, _ -> {}, OTHER_AUDIENCE),
        refusal(
            CLERK,
            "a template without email_verified",
            claims -> claims.remove("email_verified"),
            NOT_VERIFIED),
        refusal(
            CLERK, "a user without an address", claims -> claims.putNull("email"), NOT_VERIFIED));
  }

  private static List<Refusal> supabase() {
    return List.of(
        refusal(
            SUPABASE,
            "no hook, and metadata that the user may edit",
            claims -> claims.remove("email_verified"),
            NOT_VERIFIED),
        refusal(
            SUPABASE,
            "an anonymous user",
            claims -> claims.put("email", "").put("is_anonymous", true),
            NOT_VERIFIED),
        refusal(
            SUPABASE,
            "the key of the project",
            claims -> claims.put("iss", "supabase").put("role", "anon").remove(List.of("aud")),
            OTHER_ISSUER));
  }

  private static List<Refusal> entra() {
    return List.of(
        refusal(ENTRA, "no claim xms_edov", claims -> claims.remove("xms_edov"), NOT_VERIFIED),
        refusal(
            ENTRA,
            "a domain that the tenant does not own",
            claims -> claims.put("xms_edov", false),
            NOT_VERIFIED),
        refusal(
            ENTRA, "a user name for an address", claims -> claims.remove("email"), NOT_VERIFIED),
        refusal(
            ENTRA,
            "another tenant",
            claims ->
                claims.put("iss", claims.path("iss").asText().replace("/aaaabbbb", "/eeeeffff")),
            OTHER_ISSUER),
        refusal(
            ENTRA,
            "a token of version 1.0",
            claims ->
                claims
                    .put("ver", "1.0")
                    .put("iss", "https://sts.windows.net/" + claims.path("tid").asText() + "/"),
            OTHER_ISSUER));
  }

  private static Refusal refusal(
      Provider provider, String token, Consumer<ObjectNode> change, String answer) {
    return refusal(provider, token, provider.claims(), change, answer);
  }

  private static Refusal refusal(
      Provider provider, String token, String claims, Consumer<ObjectNode> change, String answer) {
    return new Refusal(provider, token, claims, change, answer);
  }

  /** API Gateway verifies signatures of RSA keys only. */
  @Test
  void a_token_signed_with_a_shared_secret_or_an_elliptic_curve_is_refused() throws JOSEException {
    var setup = Setup.of(SUPABASE);
    var curve = new ECKeyGenerator(Curve.P_256).keyID("curve").generate();
    setup.issuer.publish(curve);
    var claims = setup.claims(SUPABASE.claims());
    UnaryOperator<String> balance = token -> answer(setup.balance(token));

    var es256 =
        FakeIssuer.signed(header(JWSAlgorithm.ES256, "curve"), new ECDSASigner(curve), claims);
    var hs256 =
        FakeIssuer.signed(
            header(JWSAlgorithm.HS256, "published"),
            new MACSigner("super-secret-jwt-token-with-at-least-32-characters".getBytes(UTF_8)),
            claims);

    assertThat(balance.apply(es256)).isEqualTo(OTHER_ALGORITHM);
    assertThat(balance.apply(hs256)).isEqualTo(OTHER_ALGORITHM);
  }

  private static JWSHeader header(JWSAlgorithm algorithm, String key) {
    return new JWSHeader.Builder(algorithm).keyID(key).build();
  }

  private static String answer(ApiResponse response) {
    return response.status() == 401
        ? "401 "
            + response.header("www-authenticate").replaceFirst(".*error_description=\"(.*)\"", "$1")
        : response.text();
  }
}
