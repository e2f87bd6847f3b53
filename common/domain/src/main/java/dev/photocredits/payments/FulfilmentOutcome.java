package dev.photocredits.payments;

import dev.photocredits.credits.GrantOutcome;

/** What became of a paid session: it has granted, or we did not sell it. */
public sealed interface FulfilmentOutcome permits FulfilmentOutcome.Fulfilled, SaleOutcome.NotOurs {

  /** The session has granted its credits, now or before. */
  record Fulfilled(GrantOutcome.Fulfilled grant) implements FulfilmentOutcome {}
}
