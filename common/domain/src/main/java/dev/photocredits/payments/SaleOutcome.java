package dev.photocredits.payments;

/** What a Checkout Session sold, as far as we know it; what we know is a {@link Sale}. */
public sealed interface SaleOutcome permits Sale, SaleOutcome.NotOurs {

  /**
   * We sold nothing by that session: it grants nothing, and an operator has to look at it.
   *
   * @param problem in words for the log, without what the session says
   */
  record NotOurs(String problem) implements SaleOutcome, FulfilmentOutcome {}
}
