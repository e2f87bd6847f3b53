package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;

/**
 * Credits that expire, by the grant that added them, the earliest expiry first: those of a balance,
 * or those that a transaction added or withdrew. All other credits of a balance never expire.
 */
public record Lots(List<Lot> all) {
  // Declared first, because every constructor sorts.
  private static final Comparator<Lot> EARLIEST =
      Comparator.comparing(Lot::expiresAt).thenComparing(lot -> lot.grant().toString());

  public static final Lots NONE = new Lots(List.of());

  /** How many unexpired lots a user may have; another promotion that expires is refused then. */
  public static final int MOST = 20;

  /** Sorts the lots, and drops those without credits. */
  public Lots {
    all = all.stream().filter(lot -> !lot.left().isNone()).sorted(EARLIEST).toList();
    if (all.stream().map(Lot::grant).distinct().count() < all.size()) {
      throw new IllegalArgumentException("there must be one lot for each grant");
    }
  }

  public static Lots of(Lot lot) {
    return new Lots(List.of(lot));
  }

  /** The sum of the credits. */
  public Credits credits() {
    return all.stream().map(Lot::left).reduce(Credits.NONE, Credits::plus);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** The earliest expiry, if there are any lots. */
  public Optional<Instant> earliestExpiry() {
    return all.stream().map(Lot::expiresAt).findFirst();
  }

  /** The lots that have expired by then. */
  public Lots expired(Instant now) {
    return new Lots(all.stream().filter(lot -> lot.hasExpired(now)).toList());
  }

  /** The lots that can still be spent then. */
  public Lots unexpired(Instant now) {
    return new Lots(all.stream().filter(lot -> !lot.hasExpired(now)).toList());
  }

  /** At most that many of these credits, those with the earliest expiry first. */
  public Lots earliest(Credits most) {
    return upTo(most.value(), all);
  }

  /** At most that many of these credits, those with the latest expiry first. */
  public Lots latest(Credits most) {
    return upTo(most.value(), all.reversed());
  }

  private static Lots upTo(int most, Collection<Lot> inOrder) {
    var parts = new ArrayList<Lot>();
    var missing = most;
    for (var lot : inOrder) {
      var part = Math.min(missing, lot.left().value());
      parts.add(lot.with(part));
      missing -= part;
    }
    return new Lots(parts);
  }

  public Lots plus(Lots more) {
    return with(more, Math::addExact);
  }

  /**
   * Throws {@link IllegalArgumentException} if a lot of {@code fewer} has more credits than the
   * same lot here.
   */
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
