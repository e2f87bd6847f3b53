package dev.photocredits.stripe;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import dev.photocredits.payments.PaidSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a call of the webhook tells. */
public sealed interface PaymentEvent {

  /**
   * A Checkout Session is paid, or needs no payment.
   *
   * @param createdAt when Stripe told it first, if the event says so
   */
  record Paid(String eventId, @Nullable Instant createdAt, PaidSession session)
      implements PaymentEvent {}

  /** Money of a payment went back, or came back. */
  record Moved(String eventId, MoneyMoved money) implements PaymentEvent {}

  /** A dispute has changed, and the event does not tell how it stands: it has to be asked for. */
  record DisputeChanged(String eventId, DisputeId dispute) implements PaymentEvent {}

  /** A Checkout Session was completed, but its money has not arrived, or will not. */
  record NotYetPaid(String eventId, SessionId session) implements PaymentEvent {}

  /**
   * Something about money that we cannot read, or do nothing about: somebody has to look at it.
   *
   * @param problem what is wrong with it, without what it says
   */
  record Unusable(String eventId, String problem) implements PaymentEvent {}

  /** Something about a sale of another stage, which shares our Stripe account. */
  record OfAnotherStage(String eventId) implements PaymentEvent {}

  /** Something that we do not handle. */
  record Other(String eventId, String type) implements PaymentEvent {}

  /**
   * Not an event of Stripe's: the signature is missing, malformed, wrong or too old, or the body is
   * none.
   */
  record NotAnEvent(String problem) implements PaymentEvent {}
}
