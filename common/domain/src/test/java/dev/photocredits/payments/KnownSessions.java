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
  private Runnable each = () -> {};

  void add(FoundSession session) {
    sessions.put(session.id(), session);
  }

  @Override
  public MoneyMoved dispute(DisputeId id) {
    throw new AssertionError("nobody asks for a dispute");
  }

  /** Nobody is told of that session from now on. */
  void failsFor(SessionId id) {
    sessions.put(
        id,
        new FindOutcome.NotTold(
            new PaymentsUnavailable("no usable answer", new IllegalStateException())));
  }

  /** It knows no session any more, and fails for none. */
  void works() {
    sessions.clear();
  }

  /** Something happens at each question. */
  void takes(Runnable time) {
    each = time;
  }

  @Override
  public FindOutcome find(SessionId id) {
    each.run();
    return sessions.getOrDefault(id, new NoSuchSession());
  }

  @Override
  public PaymentNews news(ProviderEvent event) {
    return switch (find(new SessionId(event.object()))) {
      case FoundSession found when found.paid() != null -> new PaymentNews.Paid(found.paid());
      case FoundSession _ -> new PaymentNews.Nothing();
      case NoSuchSession _ -> new PaymentNews.Unusable("there is no such session");
      case FindOutcome.NotTold(var why) -> throw new LookupUnavailable(why);
    };
  }
}
