package dev.photocredits.systemtests.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import dev.photocredits.systemtests.fakes.FakeIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A fake Cognito user pool with one user, who is already signed in. It supports the authorization
 * code flow with PKCE, tokens that expire after a second, refresh, revocation and sign-out.
 */
final class FakeUserPool implements AutoCloseable {
  private static final String CODE = "the-code";
  private static final String REFRESH = "the-refresh-token";

  private final FakeIssuer issuer = new FakeIssuer();
  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final String email;
  private volatile Map<String, String> authorization = Map.of();

  private FakeUserPool(String email) {
    this.email = email;
  }

  static FakeUserPool of(String email) {
    return new FakeUserPool(email);
  }

  /** The issuer of its tokens, and the address of its sign-in page. */
  URI address() {
    return listener.address();
  }

  /** The requests that it got, in order: the endpoint, or the grant type of a token request. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var query = parameters(exchange.getRequestURI().getRawQuery());
      var body = parameters(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      switch (exchange.getRequestURI().getPath()) {
        case "/oauth2/authorize" -> authorize(exchange, query);
        case "/oauth2/token" -> token(exchange, body);
        case "/oauth2/revoke" -> {
          requests.add("revoke");
          send(exchange, text(body, "token").equals(REFRESH) ? 200 : 400, "");
        }
        case "/logout" -> {
          requests.add("logout");
          send(exchange, 200, "<!doctype html><title>Signed out</title>");
        }
        case "/.well-known/openid-configuration" ->
            send(
                exchange,
                200,
                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}"
                    .formatted(address(), issuer.address()));
        default -> send(exchange, 404, "");
      }
    }
  }

  private void authorize(HttpExchange exchange, Map<String, String> query) throws IOException {
    requests.add("authorize");
    authorization = query;
    var good =
        text(query, "response_type").equals("code")
            && text(query, "client_id").equals(FakeIssuer.AUDIENCE)
            && text(query, "scope").equals("openid email")
            && text(query, "code_challenge_method").equals("S256");
    var state = URLEncoder.encode(text(query, "state"), UTF_8);
    exchange
        .getResponseHeaders()
        .set("Location", text(query, "redirect_uri") + "?code=" + CODE + "&state=" + state);
    send(exchange, good ? 302 : 400, "");
  }

  private void token(HttpExchange exchange, Map<String, String> body) throws IOException {
    requests.add(text(body, "grant_type"));
    var good =
        switch (text(body, "grant_type")) {
          case "authorization_code" ->
              text(body, "code").equals(CODE)
                  && text(body, "redirect_uri").equals(text(authorization, "redirect_uri"))
                  && challenge(text(body, "code_verifier"))
                      .equals(text(authorization, "code_challenge"));
          case "refresh_token" -> text(body, "refresh_token").equals(REFRESH);
          default -> false;
        };
    var issued = address().toString();
    var token = issuer.token(email, claims -> claims.put("iss", issued));
    send(
        exchange,
        good ? 200 : 400,
        good
            ? "{\"id_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_in\":1}"
                .formatted(token, REFRESH)
            : "{\"error\":\"invalid_grant\"}");
  }

  private static String text(Map<String, String> parameters, String name) {
    return parameters.getOrDefault(name, "");
  }

  private static String challenge(String verifier) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, String> parameters(String form) {
    return form == null || form.isEmpty()
        ? Map.of()
        : Stream.of(form.split("&"))
            .map(pair -> pair.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
    exchange
        .getResponseHeaders()
        .set("Content-Type", body.startsWith("{") ? "application/json" : "text/html");
    LoopbackServer.send(exchange, status, body);
  }

  @Override
  public void close() {
    listener.close();
    issuer.close();
  }
}
