package dev.photocredits.stripe;

import com.stripe.StripeClient;
import dev.photocredits.checkout.Payments;
import dev.photocredits.lambda.Stage;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.reconciliation.PaymentHistory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** The Stripe adapters with the caller's client and threads, for a simulated Stripe. */
public final class StripeInProcess {
  private final StripeCalls calls;
  private final Ownership ours;

  /**
   * @param threads run each call
   */
  public StripeInProcess(StripeClient client, ExecutorService threads, Stage stage) {
    this.calls = new StripeCalls(client, Duration.ofSeconds(12), threads);
    this.ours = ours(stage);
  }

  public Payments payments() {
    return new StripePayments(calls, URI.create("https://photos.example"), false);
  }

  public PaymentLookup lookup() {
    return new StripeLookup(calls, ours);
  }

  /** The parser of webhook events for a stage with a test mode API key. */
  public static StripeWebhook webhook(String secret, Stage stage, Clock clock) {
    return new StripeWebhook(List.of(secret), ours(stage), clock);
  }

  private static Ownership ours(Stage stage) {
    return new Ownership(stage, Optional.of(false));
  }

  public PaymentHistory history() {
    return new StripeHistory(calls, ours);
  }
}
