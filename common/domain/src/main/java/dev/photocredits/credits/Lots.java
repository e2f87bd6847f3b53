package dev.photocredits.credits;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;

/**
 * Credits that expire, by the grant that brought them, the earliest expiry first: the part of a
 * balance that expires, or what a transaction moved of it. The rest of a balance never expires.
 */
public record Lots(List<Lot> all) {
  // First, since every constructor sorts.
  private static final Comparator<Lot> EARLIEST =
      Comparator.comparing(Lot::expiresAt).thenComparing(lot -> lot.grant().toString());

  public static final Lots NONE = new Lots(List.of());

  /** How many unexpired ones a user may have when another is granted. */
  public static final int MOST = 20;

  /** Sorts them, and drops those of which nothing is left. */
  public Lots {
    all = all.stream().filter(lot -> !lot.left().isNone()).sorted(EARLIEST).toList();
    if (all.stream().map(Lot::grant).distinct().count() < all.size()) {
      throw new IllegalArgumentException("a grant is one lot");
    }
  }

  public static Lots of(Lot lot) {
    return new Lots(List.of(lot));
  }

  /** The credits of all lots together. */
  public Credits credits() {
    return all.stream().map(Lot::left).reduce(Credits.NONE, Credits::plus);
  }

  public boolean areNone() {
    return all.isEmpty();
  }

  /** When the first of them expires, if there are any. */
  public Optional<Instant> earliestExpiry() {
    return all.stream().map(Lot::expiresAt).findFirst();
  }

  /** Those that have expired by then. */
  public Lots expired(Instant now) {
    return new Lots(all.stream().filter(lot -> lot.hasExpired(now)).toList());
  }

  /** Those that can still be spent then. */
  public Lots unexpired(Instant now) {
    return new Lots(all.stream().filter(lot -> !lot.hasExpired(now)).toList());
  }

  /** At most that many of these credits, the earliest expiry first. */
  public Lots earliest(Credits most) {
    return upTo(most.value(), all);
  }

  /** At most that many of these credits, the latest expiry first. */
  public Lots latest(Credits most) {
    return upTo(most.value(), all.reversed());
  }

  private static Lots upTo(int most, Collection<Lot> inOrder) {
    var parts = new ArrayList<Lot>();
    var open = most;
    for (var lot : inOrder) {
      var part = Math.min(open, lot.left().value());
      parts.add(lot.with(part));
      open -= part;
    }
    return new Lots(parts);
  }

  public Lots plus(Lots more) {
    return with(more, Math::addExact);
  }

  /** Fails when there is less to take from. */
  public Lots minus(Lots fewer) {
    return with(fewer, Math::subtractExact);
  }

  private Lots with(Lots others, IntBinaryOperator operation) {
    var sum = new LinkedHashMap<TransactionId, Lot>();
    all.forEach(lot -> sum.put(lot.grant(), lot));
    for (var lot : others.all) {
      var before = sum.getOrDefault(lot.grant(), lot.with(0)).left().value();
      sum.put(lot.grant(), lot.with(operation.applyAsInt(before, lot.left().value())));
    }
    return new Lots(List.copyOf(sum.values()));
  }
}
