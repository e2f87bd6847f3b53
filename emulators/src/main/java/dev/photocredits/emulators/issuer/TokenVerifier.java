package dev.photocredits.emulators.issuer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens like the JWT authorizer of an HTTP API. A token must be signed with RS256 by the
 * issuer's key that it names, have the right issuer and audience, and be valid now, to the second.
 */
public final class TokenVerifier {
  private static final Pattern BEARER = Pattern.compile("\\A(?i:bearer)\\s+");

  /** Stricter than the library, which ignores characters that are not base64. */
  private static final Pattern TOKEN = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");

  private static final JsonMapper JSON = new JsonMapper();

  private final DefaultJWTProcessor<SecurityContext> signatures = new DefaultJWTProcessor<>();
  private final String issuer;
  private final String audience;
  private final InstantSource clock;

  TokenVerifier(
      JWKSource<SecurityContext> keys, String issuer, String audience, InstantSource clock) {
    this.issuer = issuer;
    this.audience = audience;
    this.clock = clock;
    signatures.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    signatures.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
    signatures.setJWTClaimsSetVerifier((_, _) -> {}); // we check claims ourselves, below
  }

  /** Creates a verifier that fetches the issuer's keys when it verifies the first token. */
  public static TokenVerifier of(URI issuer, String audience, InstantSource clock) {
    return new TokenVerifier(new IssuerKeys(issuer), issuer.toString(), audience, clock);
  }

  /** The result of verifying a token. */
  public sealed interface Verdict {
    /**
     * The token is valid.
     *
     * @param claims the claims as strings, as a function receives them
     */
    record Genuine(Map<String, String> claims) implements Verdict {}

    /**
     * The token is invalid or missing.
     *
     * @param challenge the value of the {@code WWW-Authenticate} header
     */
    record Refused(String challenge) implements Verdict {}
  }

  /** Verifies the token in an Authorization header, with or without the prefix {@code Bearer}. */
  public Verdict verify(String authorization) {
    var token = BEARER.matcher(authorization.strip()).replaceFirst("");
    if (token.isEmpty()) {
      return new Verdict.Refused("Bearer");
    }
    if (!TOKEN.matcher(token).matches()) {
      return refused("token contains an invalid number of segments");
    }
    try {
      var jwt = SignedJWT.parse(token);
      if (jwt.getHeader().getKeyID() == null) {
        return refused("the token names no key");
      }
      return fault(signatures.process(jwt, null))
          .map(TokenVerifier::refused)
          .orElse(new Verdict.Genuine(texts(JSON.readTree(jwt.getPayload().toBytes()))));
    } catch (KeySourceException _) {
      return refused("the issuer's keys cannot be fetched");
    } catch (BadJOSEException | JOSEException _) {
      return refused("signature is invalid");
    } catch (ParseException | IOException _) {
      return refused("the token is malformed");
    }
  }

  // The reason never quotes the token, whose content is not to be trusted.
  private static Verdict refused(String why) {
    return new Verdict.Refused(
        "Bearer scope=\"\" error=\"invalid_token\" error_description=\"" + why + "\"");
  }

  private Optional<String> fault(JWTClaimsSet claims) throws ParseException {
    var now = clock.instant();
    var expiry = claims.getExpirationTime();
    if (!issuer.equals(claims.getIssuer())) {
      return Optional.of("issuer does not match");
    }
    if (!isForUs(claims)) {
      return Optional.of("the token does not have a valid audience");
    }
    if (expiry == null || !expiry.toInstant().isAfter(now)) {
      return Optional.of("the token has expired");
    }
    if (isLater(claims.getNotBeforeTime(), now) || isLater(claims.getIssueTime(), now)) {
      return Optional.of("the token is not valid yet");
    }
    return Optional.empty();
  }

  // Like API Gateway, looks at client_id only if the token has no audience.
  private boolean isForUs(JWTClaimsSet claims) throws ParseException {
    return claims.getAudience().isEmpty()
        ? audience.equals(claims.getStringClaim("client_id"))
        : claims.getAudience().contains(audience);
  }

  private static boolean isLater(@Nullable Date time, Instant now) {
    return time != null && time.toInstant().isAfter(now);
  }

  private static Map<String, String> texts(JsonNode claims) {
    var texts = new LinkedHashMap<String, String>();
    for (var claim : claims.properties()) {
      if (!claim.getValue().isNull()) {
        texts.put(claim.getKey(), text(claim.getValue()));
      }
    }
    return texts;
  }

  // A list becomes [one two], without commas and quotes, as others have observed on AWS.
  private static String text(JsonNode claim) {
    if (claim.isArray()) {
      return claim
          .valueStream()
          .map(TokenVerifier::text)
          .collect(Collectors.joining(" ", "[", "]"));
    }
    return claim.isObject() ? claim.toString() : claim.asText();
  }
}
