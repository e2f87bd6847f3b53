package dev.photocredits.lambda;

import dev.photocredits.credits.AccountBusy;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentsUnavailable;
import java.time.Duration;

/** The one place where outcomes and exceptions become the contract's error bodies. */
public final class Errors {
  private static final String NOTHING_CHARGED = " Nothing was charged.";

  /** Most generations take less than that. */
  private static final Duration REPEAT_AFTER = Duration.ofSeconds(5);

  /** Somebody has to turn generation on again. */
  private static final Duration BACK_ON_AFTER = Duration.ofMinutes(10);

  /** Stripe repeats at its own pace; this is for others. */
  private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(60);

  /** Ten attempts with jitter have taken about two seconds by then. */
  private static final Duration BUSY_FOR = Duration.ofSeconds(2);

  private Errors() {}

  public static Response invalidEmail(String typed) {
    return Response.error(ErrorCode.INVALID_EMAIL, "Invalid email format: " + Problems.echo(typed));
  }

  public static Response insufficientCredits(Credits required, Credits available) {
    return Response.error(
        ErrorCode.INSUFFICIENT_CREDITS,
        "Need " + required.value() + " credits, have " + available.value());
  }

  public static Response unknownUser(Email email) {
    return Response.error(
        ErrorCode.USER_NOT_FOUND, "User with email " + email.value() + " not found");
  }

  /** A repeat of a request that is still being worked on. */
  public static Response inProgress() {
    return Response.error(
            ErrorCode.GENERATION_IN_PROGRESS,
            "The request with this Idempotency-Key is still running. Nothing more was charged.")
        .header("retry-after", Long.toString(REPEAT_AFTER.toSeconds()));
  }

  /** A key that stands for another request. */
  public static Response keyReused() {
    return Response.error(
        ErrorCode.IDEMPOTENCY_KEY_REUSED,
        "This Idempotency-Key was used for another request." + NOTHING_CHARGED);
  }

  /** A user has reached a limit. */
  public static Response limitReached(Limit limit, int most, Duration retryAfter) {
    var why =
        switch (limit) {
          case PENDING -> "There are " + most + " generations under way already";
          case WAITING -> "There are " + most + " requests waiting already";
          case HOURLY -> "There were " + most + " requests for pictures in this hour already";
          case UNCHARGED ->
              "There were "
                  + most
                  + " pictures in this hour already that were cancelled or refused by the model";
          case DAILY -> "There were " + most + " pictures on this day already";
          case SHARE -> "There were " + most + " pictures for you on this day already";
          case LOOKUPS ->
              "The limit of "
                  + most
                  + " a minute for lookups of checkout sessions that you did not open is reached";
        };
    // Whether a session was paid is what a lookup would have told.
    var charged = limit == Limit.LOOKUPS ? "" : NOTHING_CHARGED;
    return Response.error(ErrorCode.RATE_LIMITED, why + ", please try again later." + charged)
        .header("retry-after", Long.toString(retryAfter.toSeconds()));
  }

  /** Nothing new is drawn at present, by a decision of ours. */
  public static Response turnedOff() {
    return Response.error(
            ErrorCode.GENERATION_DISABLED,
            "Image generation is turned off at present, please try again later." + NOTHING_CHARGED)
        .header("retry-after", Long.toString(BACK_ON_AFTER.toSeconds()));
  }

  /** A photo in a form that a function, or already the gateway before it, cannot take. */
  public static Response tooLargeForAForm() {
    return Response.error(
        ErrorCode.IMAGE_TOO_LARGE,
        "A form carries a photo of 4.4 MB at most; POST /api/uploads takes one of 20 MB."
            + NOTHING_CHARGED);
  }

  /** A generation that delivered nothing and gave everything back. */
  public static Response nothingDelivered(FailureReason reason, Duration retryAfter) {
    return switch (reason) {
      case UNSUPPORTED_IMAGE ->
          Response.error(
              ErrorCode.UNSUPPORTED_IMAGE,
              "Image generation failed: the model cannot read this photo, please send another one."
                  + NOTHING_CHARGED);
      case SAFETY_BLOCKED ->
          Response.error(
              ErrorCode.SAFETY_BLOCKED,
              "Image generation failed: the model's safety rules do not allow this picture."
                  + NOTHING_CHARGED);
      case MODEL_OVERLOADED ->
          Response.error(
                  ErrorCode.MODEL_OVERLOADED,
                  "Image generation failed: the model is overloaded, please try again later."
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

  /** The payment provider does not tell how far a payment is; perhaps it is paid. */
  public static Response paymentUnknown(PaymentsUnavailable thrown) {
    return Response.error(
            ErrorCode.PAYMENT_PROCESSING_FAILED,
            "Payment processing failed: the payment provider does not tell how far the payment is.")
        .trace("error", Log.describe(thrown));
  }

  /** What a caller may know of what was thrown: a stable sentence and a code. */
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
                  "This cannot be done at present. Nothing was changed; please try again later.")
              .header("retry-after", Long.toString(LOOK_AGAIN_AFTER.toSeconds()));
      // A part of what was asked for may be done, so that this promises nothing.
      case AccountBusy _ ->
          Response.error(
                  ErrorCode.TEMPORARILY_UNAVAILABLE,
                  "Too much is happening to this account at once; please try again in a moment.")
              .header("retry-after", Long.toString(BUSY_FOR.toSeconds()));
      default -> Response.error(ErrorCode.INTERNAL_ERROR, "An unexpected error occurred");
    };
  }
}
