package dev.photocredits.payments;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;

/** The provider tells nothing. */
public final class LookupThatFails implements PaymentLookup {
  @Override
  public MoneyMoved dispute(DisputeId id) {
    throw new LookupUnavailable(down());
  }

  @Override
  public FindOutcome find(SessionId id) {
    return new FindOutcome.NotTold(down());
  }

  @Override
  public PaymentNews news(ProviderEvent event) {
    throw new LookupUnavailable(down());
  }

  private static PaymentsUnavailable down() {
    return new PaymentsUnavailable("the provider is down", new IllegalStateException());
  }
}
