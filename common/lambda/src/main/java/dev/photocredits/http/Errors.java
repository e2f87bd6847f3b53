package dev.photocredits.http;

import dev.photocredits.credits.AccountBusy;
import dev.photocredits.generation.CallLimits.Refusal;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.lambda.Log;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import java.time.Duration;
import java.util.List;

/** Builds every error response, with its code and its text; no other class does. */
public final class Errors {
  private static final String NOTHING_CHARGED = " Nothing was charged.";

  /** Most generations take less time than this. */
  private static final Duration RETRY_RUNNING_AFTER = Duration.ofSeconds(5);

  /** An operator has to turn generation on again. */
  private static final Duration RETRY_DISABLED_AFTER = Duration.ofMinutes(10);

  /** For callers other than Stripe, which retries at its own pace. */
  private static final Duration RETRY_LOOKUP_AFTER = Duration.ofSeconds(60);

  /** By then, ten attempts with jitter have taken about two seconds. */
  private static final Duration RETRY_BUSY_AFTER = Duration.ofSeconds(2);

  private Errors() {}

  /** The response to a request that cannot be read. */
  public static Response badRequest(String detail) {
    return Response.error(ErrorCode.BAD_REQUEST, detail);
  }

  /** The response to fields with problems, which are those of {@link Problems}. */
  static Response invalidFields(List<?> problems) {
    return Response.error(ErrorCode.VALIDATION_ERROR, List.copyOf(problems));
  }

  static Response notBase64() {
    return badRequest("The request body is not valid base64.");
  }

  static Response notUtf8() {
    return badRequest("The request body is not valid UTF-8.");
  }

  static Response invalidCursor() {
    return badRequest("Invalid cursor.");
  }

  /** The response to a call of the webhook that is not an event of Stripe's. */
  public static Response invalidEvent() {
    return badRequest("Invalid webhook signature or payload.");
  }

  /** The response to a photo whose declared type is not an image type. */
  public static Response noPhoto() {
    return badRequest("Invalid file type. Please upload an image.");
  }

  static Response noToken() {
    return Response.error(ErrorCode.UNAUTHENTICATED, "This route needs a valid token.");
  }

  static Response accessToken() {
    return Response.error(
        ErrorCode.FORBIDDEN,
        "This is an access token, which carries no e-mail address. Send the ID token instead.");
  }

  static Response unverifiedEmail() {
    return Response.error(ErrorCode.FORBIDDEN, "The token carries no verified e-mail address.");
  }

  static Response otherEmail() {
    return Response.error(ErrorCode.FORBIDDEN, "The token is not for this e-mail address.");
  }

  /** The response to a call that did not come through CloudFront, where it has to. */
  static Response directCall() {
    return Response.error(
        ErrorCode.FORBIDDEN,
        "Direct calls of this address are refused. Call the API at the address of its web page.");
  }

  static Response noIdentity() {
    return Response.error(ErrorCode.FORBIDDEN, "The token names no issuer or no subject.");
  }

  /** The response to a path without a route. */
  public static Response unknownRoute() {
    return Response.error(ErrorCode.NOT_FOUND, "Not Found");
  }

  /** The response to a method that the path does not have. */
  public static Response wrongMethod(List<String> allowed) {
    return Response.error(ErrorCode.METHOD_NOT_ALLOWED, "Method Not Allowed")
        .header("allow", String.join(", ", allowed));
  }

  public static Response unknownSession() {
    return Response.error(ErrorCode.CHECKOUT_SESSION_NOT_FOUND, "Checkout session not found");
  }

  public static Response unknownGeneration() {
    return Response.error(ErrorCode.GENERATION_NOT_FOUND, "Generation not found");
  }

  public static Response unknownUpload() {
    return Response.error(
        ErrorCode.UPLOAD_NOT_FOUND,
        "Upload not found: its photo was never uploaded, or has been deleted." + NOTHING_CHARGED);
  }

  public static Response unsupportedImage(String problem) {
    return Response.error(ErrorCode.UNSUPPORTED_IMAGE, problem + NOTHING_CHARGED);
  }

  public static Response imageTooLarge(String problem) {
    return Response.error(ErrorCode.IMAGE_TOO_LARGE, problem + NOTHING_CHARGED);
  }

  public static Response invalidEmail(String typed) {
    return Response.error(ErrorCode.INVALID_EMAIL, "Invalid email format: " + Problems.echo(typed));
  }

  public static Response insufficientCredits(Credits required, Credits available) {
    return Response.error(
        ErrorCode.INSUFFICIENT_CREDITS,
        "Need " + required.value() + " credits, have " + available.value());
  }

  /** The response to a request that costs more than the caller agreed to pay. */
  public static Response priceChanged(Credits price) {
    return Response.error(
        ErrorCode.PRICE_CHANGED,
        "This costs "
            + price.value()
            + (price.value() == 1 ? " credit" : " credits")
            + " now, which is more than max_price."
            + NOTHING_CHARGED);
  }

  public static Response unknownUser(Email email) {
    return Response.error(
        ErrorCode.USER_NOT_FOUND, "User with email " + email.value() + " not found");
  }

  /** The response to a caller whose address is right, and whose account is bound to another one. */
  public static Response otherIdentity() {
    return Response.error(
        ErrorCode.FORBIDDEN,
        "The account of this e-mail address belongs to another sign-in. Sign in as you did before,"
            + " or contact support.");
  }

  /** The response to a repeat of a request that is still running. */
  public static Response inProgress() {
    return Response.error(
            ErrorCode.GENERATION_IN_PROGRESS,
            "The request with this Idempotency-Key is still running. Nothing more was charged.")
        .header("retry-after", Long.toString(RETRY_RUNNING_AFTER.toSeconds()));
  }

  /** The response to a key that was used for another request. */
  public static Response keyReused() {
    return Response.error(
        ErrorCode.IDEMPOTENCY_KEY_REUSED,
        "This Idempotency-Key was used for another request." + NOTHING_CHARGED);
  }

  /** The response to a request that exceeds a limit. */
  public static Response limitReached(Limit limit, int most, Duration retryAfter) {
    var reason =
        switch (limit) {
          case PENDING -> "The limit of " + most + " pending generations is reached";
          case WAITING -> "The limit of " + most + " waiting requests is reached";
          case HOURLY -> "The limit of " + most + " generation requests an hour is reached";
          case UNCHARGED ->
              "The limit of "
                  + most
                  + " pictures an hour that were cancelled or refused by the model is reached";
          case DAILY -> "The limit of " + most + " pictures a day for all users is reached";
          case SHARE -> "The limit of " + most + " pictures a day for each user is reached";
          case LOOKUPS ->
              "The limit of "
                  + most
                  + " a minute for lookups of checkout sessions that you did not open is reached";
          case UPLOADS -> "The limit of " + most + " uploads an hour is reached";
          case CHECKOUTS -> "The limit of " + most + " checkouts an hour is reached";
          case FEEDBACK ->
              "The limit of " + most + " messages an hour from your network is reached";
        };
    // The refusal of a lookup says nothing about charges: the lookup would have told whether the
    // session was paid.
    var nothingCharged = limit == Limit.LOOKUPS || limit == Limit.FEEDBACK ? "" : NOTHING_CHARGED;
    return Response.error(
            ErrorCode.RATE_LIMITED, reason + "; please try again later." + nothingCharged)
        .header("retry-after", Long.toString(retryAfter.toSeconds()));
  }

  /** The response to a call that exceeds a limit. */
  public static Response limitReached(Refusal refusal) {
    return limitReached(refusal.limit(), refusal.most(), refusal.retryAfter());
  }

  /** The response while generation is turned off by us. */
  public static Response turnedOff() {
    return Response.error(
            ErrorCode.GENERATION_DISABLED,
            "Image generation is currently turned off; please try again later." + NOTHING_CHARGED)
        .header("retry-after", Long.toString(RETRY_DISABLED_AFTER.toSeconds()));
  }

  /**
   * The response to a photo that is too large for a form, whether API Gateway or the function
   * rejects it.
   */
  public static Response tooLargeForAForm() {
    return Response.error(
        ErrorCode.IMAGE_TOO_LARGE,
        "A photo in a form may have at most 4.4 MB; POST /api/uploads accepts up to 20 MB."
            + NOTHING_CHARGED);
  }

  /** The response to a generation that delivered no picture and was refunded in full. */
  public static Response nothingDelivered(FailureReason reason, Duration retryAfter) {
    return switch (reason) {
      case UNSUPPORTED_IMAGE ->
          Response.error(
              ErrorCode.UNSUPPORTED_IMAGE,
              "Image generation failed: the model cannot read this photo; please send another one."
                  + NOTHING_CHARGED);
      case SAFETY_BLOCKED ->
          Response.error(
              ErrorCode.SAFETY_BLOCKED,
              "Image generation failed: the model's safety rules do not allow this picture."
                  + NOTHING_CHARGED);
      case MODEL_OVERLOADED ->
          Response.error(
                  ErrorCode.MODEL_OVERLOADED,
                  "Image generation failed: the model is overloaded; please try again later."
                      + NOTHING_CHARGED)
              .header("retry-after", Long.toString(Math.max(1, retryAfter.toSeconds())));
      case MODEL_TIMEOUT ->
          Response.error(
              ErrorCode.MODEL_TIMEOUT,
              "Image generation failed: the model did not answer in time." + NOTHING_CHARGED);
      case IMAGE_GENERATION_FAILED ->
          Response.error(
              ErrorCode.IMAGE_GENERATION_FAILED,
              "Image generation failed: the model returned no picture." + NOTHING_CHARGED);
    };
  }

  /**
   * The response if the payment provider does not report the state of a payment, which may have
   * been paid.
   */
  public static Response paymentUnknown(PaymentsUnavailable thrown) {
    return Response.error(
            ErrorCode.PAYMENT_PROCESSING_FAILED,
            "Payment processing failed: the payment provider did not report the payment's state.")
        .trace("error", Log.describe(thrown));
  }

  /** The response to a thrown exception: a stable sentence and a code, without details. */
  static Response of(Throwable thrown) {
    return switch (thrown) {
      case Rejected rejected -> rejected.response();
      case PaymentsUnavailable _ ->
          Response.error(
              ErrorCode.PAYMENT_PROCESSING_FAILED,
              "Payment processing failed: the payment provider did not accept the request."
                  + NOTHING_CHARGED);
      case LookupUnavailable _ ->
          Response.error(
                  ErrorCode.TEMPORARILY_UNAVAILABLE,
                  "This is temporarily unavailable. Nothing was changed; please try again later.")
              .header("retry-after", Long.toString(RETRY_LOOKUP_AFTER.toSeconds()));
      // This promises nothing about charges, because a part of the request may have been carried
      // out.
      case AccountBusy _ ->
          Response.error(
                  ErrorCode.TEMPORARILY_UNAVAILABLE,
                  "This account has too many concurrent changes; please try again in a moment.")
              .header("retry-after", Long.toString(RETRY_BUSY_AFTER.toSeconds()));
      default -> Response.error(ErrorCode.INTERNAL_ERROR, "An unexpected error occurred");
    };
  }
}
