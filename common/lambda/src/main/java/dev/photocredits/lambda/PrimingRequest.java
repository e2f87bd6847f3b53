package dev.photocredits.lambda;

import dev.photocredits.json.Json;
import java.util.UUID;

/**
 * A synthetic request that primes a function: the real handler runs it before Lambda takes the
 * SnapStart snapshot, so it must be one that is rejected or finds nothing.
 *
 * @param route method and path, such as {@code GET /api/credits/{email}}
 */
public record PrimingRequest(String route, String contentType, String body) {
  /** An address that no person can have: RFC 2606, section 2. */
  private static final String PRIMING_EMAIL = "nobody@example.invalid";

  /** A request with an empty JSON object as its body. */
  public static PrimingRequest of(String route) {
    return new PrimingRequest(route, "application/json", "{}");
  }

  /** The event in the form that API Gateway sends. */
  public String event() {
    var method = route.substring(0, route.indexOf(' '));
    var claims = Json.object("email", PRIMING_EMAIL, "email_verified", "true");
    return Json.write(
        Json.object(
            "version", "2.0",
            "routeKey", route,
            "rawPath", route.substring(method.length() + 1),
            "headers", Json.object("content-type", contentType, "stripe-signature", "t=1,v1=00"),
            "pathParameters", Json.object("email", PRIMING_EMAIL, "id", new UUID(0, 0).toString()),
            "requestContext",
                Json.object(
                    "requestId", "priming",
                    "http", Json.object("method", method),
                    "authorizer", Json.object("jwt", Json.object("claims", claims))),
            "body", body));
  }
}
