package dev.photocredits.systemtests.fakes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A fake OpenID issuer that signs any claims. It can also forge tokens with other keys. */
public final class FakeIssuer implements AutoCloseable {
  /** The audience of its tokens. */
  public static final String AUDIENCE = "client-of-tests";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The key that it publishes. */
  public final RSAKey key = newKey("published");

  private final List<JWK> published = new ArrayList<>(List.of(key));
  private final String path;
  private final String keys;
  private final LoopbackServer listener = LoopbackServer.start(this::answer);

  public FakeIssuer() {
    this("", "/keys");
  }

  /**
   * An issuer at a path of its server, which may be no more than a slash at the end of the address.
   *
   * @param keys the path of its keys, which need not be below
   */
  public FakeIssuer(String path, String keys) {
    this.path = path;
    this.keys = keys;
  }

  /** Its name in tokens. */
  public URI address() {
    return URI.create(listener.address() + path);
  }

  /** Publishes another key. */
  public void publish(JWK other) {
    published.add(other);
  }

  /** A key that it does not publish. */
  public static RSAKey newKey(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** The claims of a valid token for this user. */
  public ObjectNode claims(String email) {
    var now = Instant.now().getEpochSecond();
    return JSON.createObjectNode()
        .put("sub", "person")
        .put("iss", address().toString())
        .put("aud", AUDIENCE)
        .put("token_use", "id")
        .put("email", email)
        .put("email_verified", true)
        .put("auth_time", now)
        .put("iat", now)
        .put("exp", now + 3600);
  }

  /** A valid token for this user. */
  public String token(String email) {
    return token(email, _ -> {});
  }

  /** A token for this user, with some claims changed before it is signed. */
  public String token(String email, Consumer<ObjectNode> change) {
    var claims = claims(email);
    change.accept(claims);
    return signed(header().build(), key, claims);
  }

  /** The header of a valid token. */
  public JWSHeader.Builder header() {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID());
  }

  /** A token with these claims, signed with any key. */
  public static String signed(JWSHeader header, RSAKey key, ObjectNode claims) {
    try {
      return signed(header, new RSASSASigner(key), claims);
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  public static String signed(JWSHeader header, JWSSigner signer, ObjectNode claims) {
    try {
      var token = new JWSObject(header, new Payload(claims.toString()));
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      LoopbackServer.send(exchange, 200, body(exchange.getRequestURI().getPath()));
    }
  }

  private String body(String asked) {
    if (asked.equals(path.replaceFirst("/$", "") + "/.well-known/openid-configuration")) {
      return JSON.createObjectNode()
          .put("issuer", address().toString())
          .put("jwks_uri", listener.address() + keys)
          .toString();
    }
    if (asked.equals(keys)) {
      return new JWKSet(published).toString();
    }
    throw new IllegalStateException("the fake does not support " + asked);
  }

  @Override
  public void close() {
    listener.close();
  }
}
