package dev.photocredits.payments;

/** The result of looking up what a Checkout Session sold: a {@link Sale}, or {@link NotOurs}. */
public sealed interface SaleOutcome permits Sale, SaleOutcome.NotOurs {

  /**
   * The session sold nothing of ours. It grants nothing, and an operator must look at it.
   *
   * @param problem one sentence for the log, without the content of the session
   */
  record NotOurs(String problem) implements SaleOutcome, FulfilmentOutcome {}
}
