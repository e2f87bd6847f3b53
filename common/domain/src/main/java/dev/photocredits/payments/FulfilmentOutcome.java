package dev.photocredits.payments;

import dev.photocredits.credits.GrantOutcome;

/** The result of fulfilling a paid session: it is granted, or we did not sell it. */
public sealed interface FulfilmentOutcome permits FulfilmentOutcome.Fulfilled, SaleOutcome.NotOurs {

  /** The session is granted, by this call or an earlier one. */
  record Fulfilled(GrantOutcome.Fulfilled grant) implements FulfilmentOutcome {}
}
