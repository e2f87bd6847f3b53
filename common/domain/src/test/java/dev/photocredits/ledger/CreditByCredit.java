package dev.photocredits.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reference model of an account, to check a ledger against: which credits are spent, which are
 * returned, and which expire (docs/adr/0021). It shares no code with the ledger: it moves single
 * credits from one list to another, without lots or journals.
 *
 * <p>Each operation returns the lines that the statement must have for it.
 */
public final class CreditByCredit {

  /**
   * A line of a statement.
   *
   * @param change what the line adds to the balance
   * @param owed what the line adds to the debt
   */
  public record Line(String type, int change, int owed) {}

  /** One credit of a grant; it never expires if {@code expiresAt} is null. */
  private record Credit(String grant, @Nullable Instant expiresAt) {
    boolean expires() {
      return expiresAt != null;
    }

    boolean hasExpired(Instant now) {
      return expiresAt != null && !now.isBefore(expiresAt);
    }

    Instant end() {
      return expiresAt == null ? Instant.MAX : expiresAt;
    }
  }

  /** Stands for a credit that a reversal could not withdraw. */
  private static final Credit OWED = new Credit("owed", null);

  private static final Comparator<Credit> SOONEST =
      Comparator.comparing(Credit::end).thenComparing(Credit::grant);
  private static final Comparator<Credit> LONGEST = SOONEST.reversed();
  private static final Comparator<Credit> PERMANENT_THEN_SOONEST =
      Comparator.comparing(Credit::expires).thenComparing(SOONEST);

  private final List<Credit> balance = new ArrayList<>();
  private final Map<String, List<Credit>> held = new HashMap<>();

  /** The credits that the reversals of each session withdrew or are owed. */
  private final Map<String, List<Credit>> reversed = new TreeMap<>();

  private final Map<String, Integer> expired = new HashMap<>();

  /** The credits that can be spent at that time. */
  public int available(Instant now) {
    return (int) balance.stream().filter(credit -> !credit.hasExpired(now)).count();
  }

  /** The balance, including expired credits that were not removed yet. */
  public int balance() {
    return balance.size();
  }

  public int debt() {
    return (int) reversed.values().stream().flatMap(List::stream).filter(OWED::equals).count();
  }

  /** The number of credits of a grant that were removed as expired. */
  public int expiredOf(String grant) {
    return expired.getOrDefault(grant, 0);
  }

  /** Adds a purchase, and reverses some of its credits at once. */
  public List<Line> purchase(String session, int credits, int reversedAtOnce) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("purchase", credits, 0));
    var bought = credits("purchase", credits, null);
    if (reversedAtOnce > 0) {
      lines.add(new Line("reversal", -reversedAtOnce, 0));
      reversed(session).addAll(remove(bought, reversedAtOnce, LONGEST));
    }
    receive(bought, 0, null, lines);
    return lines;
  }

  /** Adds a promotion; it never expires if {@code expiresAt} is null. */
  public List<Line> promotion(String grant, int credits, @Nullable Instant expiresAt, Instant now) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("promotion", credits, 0));
    receive(credits(grant, credits, expiresAt), 0, now, lines);
    return lines;
  }

  /** Holds a generation's price; empty if the credits are not available. */
  public Optional<List<Line>> usage(String generation, int price, Instant now) {
    if (available(now) < price) {
      return Optional.empty();
    }
    var lines = expire(now);
    held.put(generation, remove(balance, price, SOONEST));
    lines.add(new Line("usage", -price, 0));
    return Optional.of(lines);
  }

  /** Returns credits that a generation held. */
  public List<Line> refund(String generation, int credits, Instant now) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("refund", credits, 0));
    receive(remove(held.getOrDefault(generation, List.of()), credits, LONGEST), 0, now, lines);
    return lines;
  }

  /** Adjusts the balance; empty if that would remove more credits than are available. */
  public Optional<List<Line>> adjustment(int change, Instant now) {
    if (change < 0 && available(now) < -change) {
      return Optional.empty();
    }
    var lines = change < 0 ? expire(now) : new ArrayList<Line>();
    lines.add(new Line("adjustment", change, 0));
    if (change < 0) {
      var _ = remove(balance, -change, LONGEST);
    } else {
      receive(credits("adjustment", change, null), 0, null, lines);
    }
    return Optional.of(lines);
  }

  /** Reverses credits because money was returned to the customer. */
  public List<Line> reversal(String session, int credits, Instant now) {
    var lines = expire(now);
    var withdrawn = remove(balance, Math.min(credits, balance.size()), LONGEST);
    lines.add(new Line("reversal", -withdrawn.size(), credits - withdrawn.size()));
    reversed(session).addAll(withdrawn);
    for (var owed = withdrawn.size(); owed < credits; owed++) {
      reversed(session).add(OWED);
    }
    return lines;
  }

  /** Undoes reversals because money came back to us, the latest reversals first. */
  public List<Line> undo(String session, int credits, Instant now) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("reversal", credits, 0));
    var cancelled = 0;
    while (cancelled < credits && reversed(session).remove(OWED)) {
      cancelled++;
    }
    receive(remove(reversed(session), credits - cancelled, SOONEST), cancelled, now, lines);
    return lines;
  }

  /** Removes the credits that have expired by that time. */
  public List<Line> expire(Instant now) {
    var lines = new ArrayList<Line>();
    removeExpired(balance, now, lines);
    return lines;
  }

  private void removeExpired(Collection<Credit> from, Instant now, List<Line> lines) {
    var removed = new TreeMap<String, Integer>();
    from.removeIf(
        credit -> {
          if (credit.hasExpired(now)) {
            removed.merge(credit.grant(), 1, Integer::sum);
          }
          return credit.hasExpired(now);
        });
    removed.forEach(
        (grant, credits) -> {
          lines.add(new Line("expiry", -credits, 0));
          expired.merge(grant, credits, Integer::sum);
        });
  }

  /**
   * Adds credits: removes those that have expired, settles the debt, and keeps the rest.
   *
   * @param settled the credits of debt that the caller has already settled
   * @param now null if none of the credits can expire
   */
  private void receive(List<Credit> in, int settled, @Nullable Instant now, List<Line> lines) {
    var debt = debt();
    if (now != null && in.stream().anyMatch(Credit::expires)) {
      balance.addAll(in);
      in.clear();
      removeExpired(balance, now, lines);
      // A user in debt has no other credits.
      if (debt > 0) {
        in.addAll(balance);
        balance.clear();
      }
    }
    in.sort(PERMANENT_THEN_SOONEST);
    var all = settled;
    for (var debts : reversed.values()) {
      while (!in.isEmpty() && debts.remove(OWED)) {
        debts.add(in.removeFirst());
        all++;
      }
    }
    if (all > 0) {
      lines.add(new Line("reversal", -all, -all));
    }
    balance.addAll(in);
  }

  @Override
  public String toString() {
    return "available %s, held %s, reversed %s, expired %s"
        .formatted(balance, held, reversed, expired);
  }

  private List<Credit> reversed(String session) {
    return reversed.computeIfAbsent(session, _ -> new ArrayList<>());
  }

  private static List<Credit> credits(String grant, int count, @Nullable Instant expiresAt) {
    var credits = new ArrayList<Credit>();
    for (var i = 0; i < count; i++) {
      credits.add(new Credit(grant, expiresAt));
    }
    return credits;
  }

  /** Removes and returns that many credits, or as many as there are. */
  private static List<Credit> remove(List<Credit> from, int count, Comparator<Credit> order) {
    var withdrawn = new ArrayList<>(from.stream().sorted(order).limit(count).toList());
    withdrawn.forEach(from::remove);
    return withdrawn;
  }
}
