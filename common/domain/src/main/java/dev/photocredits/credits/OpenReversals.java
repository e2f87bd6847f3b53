package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import dev.photocredits.values.SessionId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the reversals of a user have left open, by the Checkout Session of the payment. Sessions
 * with nothing open are omitted.
 */
public record OpenReversals(Map<SessionId, Open> bySession) {
  public static final OpenReversals NONE = new OpenReversals(Map.of());

  /**
   * What the reversals of one payment have left open.
   *
   * @param owed the debt: reversed credits that could not be withdrawn, and that no later grant has
   *     settled
   * @param lots what the reversals, and the settlements of their debt, withdrew from lots; it
   *     returns to the lots if the bank returns the money to us
   */
  public record Open(Credits owed, Lots lots) {
    static final Open NOTHING = new Open(Credits.NONE, Lots.NONE);

    private boolean isNothing() {
      return equals(NOTHING);
    }
  }

  public OpenReversals {
    var all = new HashMap<>(bySession);
    all.values().removeIf(Open::isNothing);
    bySession = Map.copyOf(all);
  }

  /** The user's debt over all sessions. */
  public Credits owed() {
    return bySession.values().stream().map(Open::owed).reduce(Credits.NONE, Credits::plus);
  }

  /** What all reversals and settlements withdrew from lots and have not returned. */
  public Lots lots() {
    return bySession.values().stream().map(Open::lots).reduce(Lots.NONE, Lots::plus);
  }

  public boolean isEmpty() {
    return bySession.isEmpty();
  }

  Open of(SessionId session) {
    return bySession.getOrDefault(session, Open.NOTHING);
  }

  /** Adds a reversal that left a debt and withdrew from lots. */
  OpenReversals plus(SessionId session, Credits owed, Lots lots) {
    var open = of(session);
    return with(session, new Open(open.owed().plus(owed), open.lots().plus(lots)));
  }

  /** Returns credits to the lots that the session's reversals withdrew them from. */
  OpenReversals returning(SessionId session, Lots lots) {
    var open = of(session);
    return with(session, new Open(open.owed(), open.lots().minus(lots)));
  }

  /**
   * Settles debt, session by session in the order of their ids.
   *
   * @param credits at most the debt
   * @param lots the part of the credits that comes from lots; it is used last
   * @param first the session that is settled before the others, if any
   */
  OpenReversals settling(Credits credits, Lots lots, @Nullable SessionId first) {
    var settled = this;
    var nonExpiring = credits.minus(lots.credits()).value();
    var left = lots;
    for (var session : inOrder(first)) {
      var open = of(session);
      var part = Math.min(open.owed().value(), nonExpiring + left.credits().value());
      var ofNonExpiring = Math.min(part, nonExpiring);
      var ofLots = left.earliest(new Credits(part - ofNonExpiring));
      nonExpiring -= ofNonExpiring;
      left = left.minus(ofLots);
      var rest = new Open(open.owed().minus(new Credits(part)), open.lots().plus(ofLots));
      settled = settled.with(session, rest);
    }
    return settled;
  }

  private List<SessionId> inOrder(@Nullable SessionId first) {
    var others =
        bySession.keySet().stream()
            .filter(session -> !session.equals(first))
            .sorted(Comparator.comparing(SessionId::value));
    return Stream.concat(Stream.ofNullable(first), others).toList();
  }

  private OpenReversals with(SessionId session, Open open) {
    var all = new HashMap<>(bySession);
    all.put(session, open);
    return new OpenReversals(all);
  }
}
