package dev.photocredits.local.tokens;

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
 * The public keys of an issuer, by OpenID's discovery. They are kept for five minutes, and fetched
 * again for a token that names another.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {
  private static final int PATIENCE = (int) Duration.ofSeconds(10).toMillis();
  private static final int LONGEST = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final ResourceRetriever web = new DefaultResourceRetriever(PATIENCE, PATIENCE, LONGEST);
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
      throw new RemoteKeySourceException("the issuer's keys are not to be found", e);
    }
  }
}
