package dev.photocredits.lambda;

import java.util.UUID;

/**
 * A made-up request of nobody's, by which a function goes its own path before its snapshot is
 * taken. It is served in earnest: it has to be one that finds nothing or is refused.
 *
 * @param route with its method, such as {@code GET /api/credits/{email}}
 */
public record Rehearsal(String route, String contentType, String body) {
  /** No address of a person's: RFC 2606, section 2. */
  private static final String NOBODY = "nobody@example.invalid";

  /** A request that brings an empty JSON object. */
  public static Rehearsal of(String route) {
    return new Rehearsal(route, "application/json", "{}");
  }

  /** The event, as API Gateway would send it. */
  String event() {
    var method = route.substring(0, route.indexOf(' '));
    var claims = Json.object("email", NOBODY, "email_verified", "true");
    return Json.write(
        Json.object(
            "version", "2.0",
            "routeKey", route,
            "rawPath", route.substring(method.length() + 1),
            "headers", Json.object("content-type", contentType, "stripe-signature", "t=1,v1=00"),
            "pathParameters", Json.object("email", NOBODY, "id", new UUID(0, 0).toString()),
            "requestContext",
                Json.object(
                    "requestId", "rehearsal",
                    "http", Json.object("method", method),
                    "authorizer", Json.object("jwt", Json.object("claims", claims))),
            "body", body));
  }
}
