package dev.photocredits.payments;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import java.util.HashMap;
import java.util.Map;

/** A provider that knows those sessions, and no dispute. */
final class KnownSessions implements PaymentLookup {
  private final Map<SessionId, FindOutcome> sessions = new HashMap<>();

  void add(FoundSession session) {
    sessions.put(session.id(), session);
  }

  @Override
  public MoneyMoved dispute(DisputeId id) {
    throw new AssertionError("nobody asks for a dispute");
  }

  @Override
  public FindOutcome find(SessionId id) {
    return sessions.getOrDefault(id, new NoSuchSession());
  }
}
