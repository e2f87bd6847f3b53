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
 * An account, credit by credit, to judge a ledger by: which credits pay, which come back, and which
 * expire (docs/adr/0021). It shares no rule with the ledger: it moves single credits from one place
 * to another, and knows neither lots nor journals.
 *
 * <p>Each operation answers what the statement has to say of it.
 */
public final class CreditByCredit {

  /** A line of a statement: what moved the balance, and what is owed since. */
  public record Line(String type, int change, int owed) {}

  /** One credit of a grant; without an expiry for ever. */
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

  /** In the place of a credit that a reversal could not take. */
  private static final Credit OWED = new Credit("owed", null);

  private static final Comparator<Credit> SOONEST =
      Comparator.comparing(Credit::end).thenComparing(Credit::grant);
  private static final Comparator<Credit> LONGEST = SOONEST.reversed();
  private static final Comparator<Credit> FOR_EVER_THEN_SOONEST =
      Comparator.comparing(Credit::expires).thenComparing(SOONEST);

  private final List<Credit> balance = new ArrayList<>();
  private final Map<String, List<Credit>> held = new HashMap<>();

  /** What the reversals of each session took, or are owed. */
  private final Map<String, List<Credit>> reversed = new TreeMap<>();

  private final Map<String, Integer> expired = new HashMap<>();

  /** What can be spent then. */
  public int available(Instant now) {
    return (int) balance.stream().filter(credit -> !credit.hasExpired(now)).count();
  }

  /** The balance, with what has expired and was not removed yet. */
  public int balance() {
    return balance.size();
  }

  public int debt() {
    return (int) reversed.values().stream().flatMap(List::stream).filter(OWED::equals).count();
  }

  /** How many credits of that grant have been removed as expired. */
  public int expiredOf(String grant) {
    return expired.getOrDefault(grant, 0);
  }

  /** A purchase, of which so many credits are reversed at once. */
  public List<Line> purchase(String session, int credits, int reversedAtOnce) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("purchase", credits, 0));
    var bought = credits("purchase", credits, null);
    if (reversedAtOnce > 0) {
      lines.add(new Line("reversal", -reversedAtOnce, 0));
      reversed(session).addAll(first(bought, reversedAtOnce, LONGEST));
    }
    arrive(bought, 0, null, lines);
    return lines;
  }

  public List<Line> promotion(String grant, int credits, @Nullable Instant expiresAt, Instant now) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("promotion", credits, 0));
    arrive(credits(grant, credits, expiresAt), 0, now, lines);
    return lines;
  }

  /** A generation's price; nothing if it is not available. */
  public Optional<List<Line>> usage(String generation, int price, Instant now) {
    if (available(now) < price) {
      return Optional.empty();
    }
    var lines = expire(now);
    held.put(generation, first(balance, price, SOONEST));
    lines.add(new Line("usage", -price, 0));
    return Optional.of(lines);
  }

  public List<Line> refund(String generation, int credits, Instant now) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("refund", credits, 0));
    arrive(first(held.getOrDefault(generation, List.of()), credits, LONGEST), 0, now, lines);
    return lines;
  }

  /** An adjustment; nothing if it would take more than is available. */
  public Optional<List<Line>> adjustment(int change, Instant now) {
    if (change < 0 && available(now) < -change) {
      return Optional.empty();
    }
    var lines = change < 0 ? expire(now) : new ArrayList<Line>();
    lines.add(new Line("adjustment", change, 0));
    if (change < 0) {
      var _ = first(balance, -change, LONGEST);
    } else {
      arrive(credits("adjustment", change, null), 0, null, lines);
    }
    return Optional.of(lines);
  }

  /** Money of a payment went back. */
  public List<Line> reversal(String session, int credits, Instant now) {
    var lines = expire(now);
    var taken = first(balance, Math.min(credits, balance.size()), LONGEST);
    lines.add(new Line("reversal", -taken.size(), credits - taken.size()));
    reversed(session).addAll(taken);
    for (var owed = taken.size(); owed < credits; owed++) {
      reversed(session).add(OWED);
    }
    return lines;
  }

  /** Money of a payment came back: what was taken last comes back first. */
  public List<Line> undo(String session, int credits, Instant now) {
    var lines = new ArrayList<Line>();
    lines.add(new Line("reversal", credits, 0));
    var cancelled = 0;
    while (cancelled < credits && reversed(session).remove(OWED)) {
      cancelled++;
    }
    arrive(first(reversed(session), credits - cancelled, SOONEST), cancelled, now, lines);
    return lines;
  }

  /** Removes what has expired by then. */
  public List<Line> expire(Instant now) {
    var lines = new ArrayList<Line>();
    removeExpired(balance, now, lines);
    return lines;
  }

  private void removeExpired(Collection<Credit> from, Instant now, List<Line> lines) {
    var gone = new TreeMap<String, Integer>();
    from.removeIf(
        credit -> {
          if (credit.hasExpired(now)) {
            gone.merge(credit.grant(), 1, Integer::sum);
          }
          return credit.hasExpired(now);
        });
    gone.forEach(
        (grant, credits) -> {
          lines.add(new Line("expiry", -credits, 0));
          expired.merge(grant, credits, Integer::sum);
        });
  }

  /**
   * Credits come in: those that have expired expire, a debt is settled, and the rest is had.
   *
   * @param settled what is settled besides
   * @param now nothing where no credit of these expires
   */
  private void arrive(List<Credit> in, int settled, @Nullable Instant now, List<Line> lines) {
    var debt = debt();
    if (now != null && in.stream().anyMatch(Credit::expires)) {
      balance.addAll(in);
      in.clear();
      removeExpired(balance, now, lines);
      // A user who owes has no other credits.
      if (debt > 0) {
        in.addAll(balance);
        balance.clear();
      }
    }
    in.sort(FOR_EVER_THEN_SOONEST);
    var all = settled;
    for (var owing : reversed.values()) {
      while (!in.isEmpty() && owing.remove(OWED)) {
        owing.add(in.removeFirst());
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

  /** Takes so many of them away, or as many as there are. */
  private static List<Credit> first(List<Credit> from, int count, Comparator<Credit> order) {
    var taken = new ArrayList<>(from.stream().sorted(order).limit(count).toList());
    taken.forEach(from::remove);
    return taken;
  }
}
