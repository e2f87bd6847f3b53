package dev.photocredits.emulators.issuer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/**
 * An OpenID issuer for local runs, which issues tokens without authentication. Its tokens look like
 * Cognito's ID tokens. The key is kept in memory only, so a restart invalidates all tokens.
 *
 * <p>{@code POST /sandbox/tokens} with {@code {"email": …}} returns {@code id_token}. Every field
 * of the request becomes a claim of the token; null omits a claim.
 */
public final class LocalIssuer extends ApiHandler {
  /** The path that issues tokens. */
  public static final String TOKEN_PATH = "/sandbox/tokens";

  static final String DISCOVERY = "/.well-known/openid-configuration";

  private static final String KEYS = "/.well-known/jwks.json";

  /** The routes that this handler serves. */
  public static final List<String> ROUTES =
      List.of("GET " + DISCOVERY, "GET " + KEYS, "POST " + TOKEN_PATH);

  private static final Duration LIFE = Duration.ofHours(1);
  private static final JsonMapper JSON = new JsonMapper();

  private final String issuer;
  private final String audience;
  private final RSAKey key;
  private final InstantSource clock;

  private LocalIssuer(
      Environment environment, String issuer, String audience, RSAKey key, InstantSource clock) {
    super(Log.of(environment), clock);
    this.issuer = issuer;
    this.audience = audience;
    this.key = key;
    this.clock = clock;
  }

  /** Creates an issuer with a new key. */
  public static LocalIssuer create(
      URI issuer, String audience, Environment environment, InstantSource clock) {
    try {
      var key =
          new RSAKeyGenerator(2048)
              .algorithm(JWSAlgorithm.RS256)
              .keyUse(KeyUse.SIGNATURE)
              .keyIDFromThumbprint(true)
              .generate();
      return new LocalIssuer(environment, issuer.toString(), audience, key, clock);
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot generate a key", e);
    }
  }

  @Override
  protected Response handle(Request request) {
    return switch (request.route()) {
      case "GET " + DISCOVERY -> Response.ok(discovery());
      case "GET " + KEYS -> Response.ok(new JWKSet(key).toPublicJWKSet().toJSONObject());
      case "POST " + TOKEN_PATH -> Response.ok(issue(claimsOf(request)));
      default -> throw new IllegalStateException("unknown route: " + request.route());
    };
  }

  private Object discovery() {
    return Json.object(
        "issuer",
        issuer,
        "jwks_uri",
        issuer + KEYS,
        "id_token_signing_alg_values_supported",
        List.of(JWSAlgorithm.RS256.getName()),
        "subject_types_supported",
        List.of("public"));
  }

  private static ObjectNode claimsOf(Request request) {
    try {
      if (JSON.readTree(request.bodyText()) instanceof ObjectNode claims) {
        return claims;
      }
    } catch (JsonProcessingException _) {
      // rejected below, like any JSON that is not an object
    }
    throw new Rejected(Errors.badRequest("The body must be an object like {\"email\":\"…\"}."));
  }

  private Object issue(ObjectNode requested) {
    var now = clock.instant();
    var email = requested.path("email").asText();
    var subject = UUID.nameUUIDFromBytes(email.getBytes(UTF_8)).toString();
    var claims =
        JSON.createObjectNode()
            .put("sub", subject)
            .put("iss", issuer)
            .put("aud", audience)
            .put("cognito:username", subject)
            .put("email_verified", true)
            .put("token_use", "id")
            .put("auth_time", now.getEpochSecond())
            .put("iat", now.getEpochSecond())
            .put("exp", now.plus(LIFE).getEpochSecond())
            .put("jti", UUID.randomUUID().toString());
    for (var claim : requested.properties()) {
      if (claim.getValue().isNull()) {
        var _ = claims.remove(claim.getKey());
      } else {
        var _ = claims.set(claim.getKey(), claim.getValue());
      }
    }
    return Json.object("id_token", sign(claims), "token_type", "Bearer");
  }

  private String sign(ObjectNode claims) {
    try {
      var header =
          new JWSHeader.Builder(JWSAlgorithm.RS256)
              .keyID(key.getKeyID())
              .type(JOSEObjectType.JWT)
              .build();
      var token = new JWSObject(header, new Payload(claims.toString()));
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign with our own key", e);
    }
  }
}
