package dev.photocredits.lambda;

/** The contract's error codes and the status of each. */
public enum ErrorCode {
  BAD_REQUEST(400),
  INVALID_EMAIL(400),
  UNAUTHENTICATED(401),
  INSUFFICIENT_CREDITS(402),
  FORBIDDEN(403),
  NOT_FOUND(404),
  USER_NOT_FOUND(404),
  CHECKOUT_SESSION_NOT_FOUND(404),
  GENERATION_NOT_FOUND(404),
  METHOD_NOT_ALLOWED(405),
  GENERATION_IN_PROGRESS(409),
  IDEMPOTENCY_KEY_REUSED(409),
  IMAGE_TOO_LARGE(413),
  UNSUPPORTED_IMAGE(415),
  SAFETY_BLOCKED(422),
  VALIDATION_ERROR(422),
  IMAGE_GENERATION_FAILED(500),
  INTERNAL_ERROR(500),
  PAYMENT_PROCESSING_FAILED(500),
  MODEL_OVERLOADED(503),
  MODEL_TIMEOUT(504);

  private final int status;

  ErrorCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }
}
