package dev.photocredits.checkout;

/** The result of opening a checkout. */
public sealed interface CheckoutOutcome {

  /** The session is open, by this request or by an earlier one with the same key. */
  record Opened(CheckoutSession session) implements CheckoutOutcome {}

  /** The account is bound to another identity; nothing was written. */
  record OtherIdentity() implements CheckoutOutcome {}

  /** The key was used for another request; nothing was written. */
  record KeyReused() implements CheckoutOutcome {}
}
