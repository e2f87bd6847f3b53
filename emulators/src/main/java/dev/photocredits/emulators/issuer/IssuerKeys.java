package dev.photocredits.emulators.issuer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of an issuer, found by OpenID Connect discovery. They are cached for five
 * minutes, and fetched again for a token that names an unknown key.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(10).toMillis();
  private static final int MAX_BYTES = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final ResourceRetriever web =
      new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES);
  private final URI issuer;
  private volatile @Nullable JWKSource<SecurityContext> discovered;

  IssuerKeys(URI issuer) {
    this.issuer = issuer;
  }

  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    var keys = discovered;
    if (keys == null) {
      keys = discover();
      discovered = keys;
    }
    return keys.get(selector, context);
  }

  private JWKSource<SecurityContext> discover() throws KeySourceException {
    try {
      var document = issuer.toString().replaceFirst("/$", "") + LocalIssuer.DISCOVERY;
      var found = web.retrieveResource(URI.create(document).toURL()).getContent();
      var keys = URI.create(JSON.readTree(found).path("jwks_uri").asText()).toURL();
      return JWKSourceBuilder.create(keys, web).refreshAheadCache(false).rateLimited(false).build();
    } catch (IOException | IllegalArgumentException e) {
      throw new RemoteKeySourceException("cannot fetch the issuer's keys", e);
    }
  }
}
