package dev.photocredits.functions.health;

import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;

/**
 * {@code GET /api/health}, and API Gateway's {@code $default} route: requests that match no other
 * route get 404, or 405 if the path has a route with another method.
 */
public final class HealthHandler extends ApiHandler {
  private final SnapStart<Response> healthy;

  public HealthHandler() {
    this(Environment.ofProcess());
  }

  public HealthHandler(Environment environment) {
    super(environment);
    healthy =
        snapStart(
            environment, _ -> healthy(), Priming.none(), PrimingRequest.of("GET /api/health"));
  }

  private static Response healthy() {
    return Response.ok(Json.object("status", "healthy", "service", "AI Photo Generation"));
  }

  // A health check asks whether the API itself answers. Nothing here calls a service.
  @Override
  protected boolean allowsDirectCalls() {
    return true;
  }

  @Override
  protected Response handle(Request request) {
    if (isHealth(request)) {
      return healthy.now();
    }
    var methods = Routes.methods(request.path());
    if (methods.isEmpty()) {
      return Errors.unknownRoute();
    }
    if (request.method().equals("OPTIONS")) {
      return Response.empty(204);
    }
    return Errors.wrongMethod(methods);
  }

  // Checked first, so that a health check does not load the table of routes.
  private static boolean isHealth(Request request) {
    return request.path().equals(Routes.HEALTH)
        && (request.method().equals("GET") || request.method().equals("HEAD"));
  }
}
