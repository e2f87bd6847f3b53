package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** An error response of Stripe's. The request that caused it has changed nothing. */
final class StripeError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final @Nullable String code;
  private final @Nullable String param;

  private StripeError(
      int status, String type, @Nullable String code, @Nullable String param, String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
  }

  static StripeError invalid(@Nullable String code, @Nullable String param, String message) {
    return new StripeError(400, "invalid_request_error", code, param, message);
  }

  static StripeError unknown(String param) {
    return invalid("parameter_unknown", param, "Received unknown parameter: " + param);
  }

  static StripeError missing(String param) {
    return invalid("parameter_missing", param, "Missing required param: " + param + ".");
  }

  /** A parameter names an object that does not exist. */
  static StripeError noSuch(String what, String id, String param) {
    return invalid("resource_missing", param, "No such " + what + ": '" + id + "'");
  }

  /** The path names an object that does not exist. */
  static StripeError notFound(String what, String id, String param) {
    return new StripeError(
        404,
        "invalid_request_error",
        "resource_missing",
        param,
        "No such " + what + ": '" + id + "'");
  }

  static StripeError noSuchRoute(String method, String path) {
    return new StripeError(
        404,
        "invalid_request_error",
        null,
        null,
        "Unrecognized request URL (" + method + ": " + path + ").");
  }

  static StripeError unauthenticated(String message) {
    return new StripeError(401, "invalid_request_error", null, null, message);
  }

  /** A web page must not send the request. */
  static StripeError forbidden(String message) {
    return new StripeError(403, "invalid_request_error", null, null, message);
  }

  static StripeError keyReused(String key) {
    return new StripeError(
        400,
        "idempotency_error",
        null,
        null,
        "Keys for idempotent requests can only be used with the same parameters they were first"
            + " used with. Try using a key other than '"
            + key
            + "' if you meant to execute a different request.");
  }

  int status() {
    return status;
  }

  /** Stripe's error body. */
  ObjectNode json() {
    var body = JsonNodeFactory.instance.objectNode();
    var error = body.putObject("error").put("type", type).put("message", getMessage());
    if (code != null) {
      error.put("code", code);
    }
    if (param != null) {
      error.put("param", param);
    }
    return body;
  }
}
