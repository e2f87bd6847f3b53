package dev.photocredits.payments;

import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.payments.SessionLookupOutcome.NoSuchSession;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.SessionId;
import java.util.HashMap;
import java.util.Map;

/** A fake of Stripe that knows some sessions and no disputes. */
public final class KnownSessions implements PaymentLookup {
  private final Map<SessionId, SessionLookupOutcome> sessions = new HashMap<>();
  private Runnable onLookup = () -> {};

  public void add(FoundSession session) {
    sessions.put(session.id(), session);
  }

  @Override
  public PaymentUpdate dispute(DisputeId id) {
    throw new AssertionError("no test looks up a dispute");
  }

  /** Makes lookups of a session fail from now on. */
  public void failFor(SessionId id) {
    sessions.put(
        id,
        new SessionLookupOutcome.LookupFailed(
            new PaymentsUnavailable("no usable answer", new IllegalStateException())));
  }

  /** Forgets all sessions and failures. */
  public void clear() {
    sessions.clear();
  }

  /** Runs an action at each lookup. */
  public void onLookup(Runnable action) {
    onLookup = action;
  }

  @Override
  public SessionLookupOutcome find(SessionId id) {
    onLookup.run();
    return sessions.getOrDefault(id, new NoSuchSession());
  }

  @Override
  public PaymentNotification notification(ProviderEvent event) {
    return switch (find(new SessionId(event.object()))) {
      case FoundSession found when found.paid() != null ->
          new PaymentNotification.Paid(found.paid());
      case FoundSession _ -> new PaymentNotification.Nothing();
      case NoSuchSession _ -> new PaymentNotification.Unusable("there is no such session");
      case SessionLookupOutcome.LookupFailed(var why) -> throw new LookupUnavailable(why);
    };
  }
}
