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
 * The part of a balance that expires, grant by grant, the earliest expiry first; whatever else the
 * balance has is for ever.
 */
public record Lots(List<Lot> all) {
  // First, since every constructor sorts.
  private static final Comparator<Lot> EARLIEST =
      Comparator.comparing(Lot::expiresAt).thenComparing(lot -> lot.grant().toString());

  public static final Lots NONE = new Lots(List.of());

  /** How many a user may have when another is granted. */
  public static final int MOST = 20;

  /** In whatever order they come; those of which nothing is left are none. */
  public Lots {
    all = all.stream().filter(lot -> !lot.left().isNone()).sorted(EARLIEST).toList();
    if (all.stream().map(Lot::grant).distinct().count() < all.size()) {
      throw new IllegalArgumentException("a grant is one lot");
    }
  }

  public static Lots of(Lot lot) {
    return new Lots(List.of(lot));
  }

  /** All of them together. */
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

  /** Those that cannot be spent any more, and are still to be taken off the balance. */
  public Lots expired(Instant now) {
    return new Lots(all.stream().filter(lot -> lot.hasExpired(now)).toList());
  }

  /** Those that can be spent. */
  public Lots unexpired(Instant now) {
    return new Lots(all.stream().filter(lot -> !lot.hasExpired(now)).toList());
  }

  /** What a price takes of them: the earliest expiry first, and nothing that has expired. */
  public Lots spend(Credits price, Instant now) {
    return upTo(price.value(), unexpired(now).all);
  }

  /** What comes back of these, which a price took: the latest expiry first. */
  public Lots restore(Credits credits) {
    return upTo(credits.value(), all.reversed());
  }

  /** What they have to lose so that a balance still has room for them: the latest expiry first. */
  public Lots shrinkTo(Credits balance) {
    return upTo(Math.max(0, credits().value() - balance.value()), all.reversed());
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
