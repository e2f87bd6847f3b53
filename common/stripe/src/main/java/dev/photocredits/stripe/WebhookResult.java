package dev.photocredits.stripe;

import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.SessionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a call of the webhook reports. */
public sealed interface WebhookResult {

  /**
   * A Checkout Session has been paid, or needs no payment.
   *
   * @param createdAt when Stripe created the event; null if the event does not say
   */
  record Paid(String eventId, @Nullable Instant createdAt, PaidSession session)
      implements WebhookResult {}

  /** Money of a payment was returned to the customer, or came back to us. */
  record MoneyReturned(String eventId, PaymentUpdate money) implements WebhookResult {}

  /** A dispute has changed, but the event lacks its state, which has to be looked up. */
  record DisputeChanged(String eventId, DisputeId dispute) implements WebhookResult {}

  /** A Checkout Session was completed, but its payment is still pending or has failed. */
  record NotYetPaid(String eventId, SessionId session) implements WebhookResult {}

  /**
   * An event about money that cannot be read or handled. An operator has to look at it.
   *
   * @param problem what is wrong with the event, without its contents
   */
  record Unusable(String eventId, String problem) implements WebhookResult {}

  /** An event about a sale of another stage that shares our Stripe account. */
  record OfAnotherStage(String eventId) implements WebhookResult {}

  /** An event of a type that we do not handle. */
  record Other(String eventId, String type) implements WebhookResult {}

  /**
   * Not an event from Stripe: the signature is missing, malformed, wrong or too old, or the body is
   * not an event.
   */
  record NotAnEvent(String problem) implements WebhookResult {}
}
