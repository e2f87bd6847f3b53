package dev.photocredits.payments;

import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.SessionId;

/** A lookup that always fails, as if Stripe were down. */
public final class LookupThatFails implements PaymentLookup {
  @Override
  public PaymentUpdate dispute(DisputeId id) {
    throw new LookupUnavailable(down());
  }

  @Override
  public SessionLookupOutcome find(SessionId id) {
    return new SessionLookupOutcome.LookupFailed(down());
  }

  @Override
  public PaymentNotification notification(ProviderEvent event) {
    throw new LookupUnavailable(down());
  }

  private static PaymentsUnavailable down() {
    return new PaymentsUnavailable("the provider is down", new IllegalStateException());
  }
}
