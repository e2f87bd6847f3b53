package dev.photocredits.emulators.gemini;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An error in the form in which Google's API returns it. */
final class GeminiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String status;

  private GeminiError(int code, String status, String message) {
    super(message);
    this.code = code;
    this.status = status;
  }

  static GeminiError invalid(String message) {
    return new GeminiError(400, "INVALID_ARGUMENT", message);
  }

  static GeminiError unreadablePicture() {
    return invalid("Unable to process input image. Please retry with another one.");
  }

  static GeminiError withoutKey() {
    return new GeminiError(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please"
            + " use API Key or other form of API consumer identity to call this API.");
  }

  static GeminiError noSuchModel(String model) {
    return new GeminiError(
        404,
        "NOT_FOUND",
        "models/"
            + model
            + " is not found for API version v1beta, or is not supported for generateContent.");
  }

  static GeminiError retired(String model) {
    return new GeminiError(
        404,
        "NOT_FOUND",
        "This model models/" + model + " is no longer available. Please use a newer model.");
  }

  static GeminiError noSuchRoute() {
    return new GeminiError(404, "NOT_FOUND", "The requested URL was not found on this server.");
  }

  static GeminiError overloaded() {
    return new GeminiError(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota (requested by sandbox:overloaded).");
  }

  static GeminiError broken() {
    return new GeminiError(
        500, "INTERNAL", "An internal error has occurred (requested by sandbox:broken).");
  }

  int code() {
    return code;
  }

  ObjectNode json() {
    var body = JsonNodeFactory.instance.objectNode();
    body.putObject("error").put("code", code).put("message", getMessage()).put("status", status);
    return body;
  }
}
