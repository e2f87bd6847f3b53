package dev.photocredits.credits;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the reversals of a user's payments have left open, by the payment's Checkout Session.
 * Sessions of which nothing is open are left out.
 */
public record OpenReversals(Map<SessionId, Open> bySession) {
  public static final OpenReversals NONE = new OpenReversals(Map.of());

  /**
   * What the reversals of one payment have left open.
   *
   * @param owed credits that they could not withdraw, and that no grant has settled yet
   * @param lots what they, and the settlements of their debt, took of lots; it returns to those if
   *     the customer's bank returns the money to us
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

  /** The user's debt. */
  public Credits owed() {
    return bySession.values().stream().map(Open::owed).reduce(Credits.NONE, Credits::plus);
  }

  /** What all reversals and settlements together took of lots and have not returned. */
  public Lots lots() {
    return bySession.values().stream().map(Open::lots).reduce(Lots.NONE, Lots::plus);
  }

  public boolean areNone() {
    return bySession.isEmpty();
  }

  Open of(SessionId session) {
    return bySession.getOrDefault(session, Open.NOTHING);
  }

  /** The same after another reversal, which left a debt and took lots. */
  OpenReversals plus(SessionId session, Credits owed, Lots lots) {
    var open = of(session);
    return with(session, new Open(open.owed().plus(owed), open.lots().plus(lots)));
  }

  /** The same after the return of lots that the session's reversals took. */
  OpenReversals returning(SessionId session, Lots lots) {
    var open = of(session);
    return with(session, new Open(open.owed(), open.lots().minus(lots)));
  }

  /**
   * The same after a settlement, session by session in the order of their ids.
   *
   * @param credits no more than is owed
   * @param lots the part of them that came from lots; it settles last
   * @param first the session that is settled before the others, if there is one
   */
  OpenReversals settling(Credits credits, Lots lots, @Nullable SessionId first) {
    var settled = this;
    var forever = credits.minus(lots.credits()).value();
    var left = lots;
    for (var session : inOrder(first)) {
      var open = of(session);
      var part = Math.min(open.owed().value(), forever + left.credits().value());
      var ofForever = Math.min(part, forever);
      var ofLots = left.earliest(new Credits(part - ofForever));
      forever -= ofForever;
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
