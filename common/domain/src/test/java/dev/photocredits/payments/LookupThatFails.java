package dev.photocredits.payments;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;

/** The provider tells nothing. */
public final class LookupThatFails implements PaymentLookup {
  @Override
  public MoneyMoved dispute(DisputeId id) {
    throw new LookupUnavailable(
        new PaymentsUnavailable("the provider is down", new IllegalStateException()));
  }
}
