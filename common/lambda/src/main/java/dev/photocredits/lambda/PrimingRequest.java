package dev.photocredits.lambda;

import dev.photocredits.json.Json;
import dev.photocredits.values.Email;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/**
 * A synthetic request that primes a function: the real handler runs it before Lambda takes the
 * SnapStart snapshot.
 *
 * @param route method and path, such as {@code GET /api/credits/{email}}
 * @param body the characters U+0000 to U+00FF, one for each byte
 * @param isRead whether it changes nothing, calls no service but ours, and may therefore reach
 *     them. Others run with an unplugged wiring only
 */
public record PrimingRequest(String route, String contentType, String body, boolean isRead) {
  /** The address that stands for a user during priming. No person can have it (RFC 2606). */
  public static final Email USER = new Email("nobody@example.invalid");

  /** A request that only reads, with an empty JSON object as its body. */
  public static PrimingRequest of(String route) {
    return new PrimingRequest(route, "application/json", "{}", true);
  }

  /** A request that may change something, with an empty JSON object as its body. */
  public static PrimingRequest writing(String route) {
    return writing(route, "application/json", "{}");
  }

  /** A request that may change something. */
  public static PrimingRequest writing(String route, String contentType, String body) {
    return new PrimingRequest(route, contentType, body, false);
  }

  /** The event in the form that API Gateway sends. */
  public String event() {
    var method = route.substring(0, route.indexOf(' '));
    var claims =
        Json.object(
            "email", USER.value(),
            "email_verified", "true",
            "iss", "https://issuer.example.invalid",
            "sub", "nobody");
    return Json.write(
        Json.object(
            "version", "2.0",
            "routeKey", route,
            "rawPath", route.substring(method.length() + 1),
            "headers", Json.object("content-type", contentType, "stripe-signature", "t=1,v1=00"),
            "pathParameters", Json.object("email", USER.value(), "id", new UUID(0, 0).toString()),
            "requestContext",
                Json.object(
                    "requestId", "priming",
                    "http", Json.object("method", method),
                    "authorizer", Json.object("jwt", Json.object("claims", claims))),
            "body", Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.ISO_8859_1)),
            "isBase64Encoded", true));
  }
}
