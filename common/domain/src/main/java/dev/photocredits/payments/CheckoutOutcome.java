package dev.photocredits.payments;

/** What became of a wish to buy. */
public sealed interface CheckoutOutcome {

  /** The page to pay on is open, now or by the request that this one repeats. */
  record Opened(CheckoutSession session) implements CheckoutOutcome {}

  /** The key stands for another request; nothing was written. */
  record KeyReused() implements CheckoutOutcome {}
}
