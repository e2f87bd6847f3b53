package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are written together for one user, and how far they move what the user has and owes.
 * A user who owes has nothing: whatever comes in settles the debt first.
 *
 * @param credits what they move the balance by
 * @param debt what they move the debt by
 */
public record Posting(List<Transaction> entries, int credits, int debt) {
  public Posting {
    entries = List.copyOf(entries);
  }

  private static Posting of(List<Transaction> entries) {
    return new Posting(
        entries,
        entries.stream().mapToInt(Transaction::change).reduce(0, Math::addExact),
        entries.stream().mapToInt(Transaction::owed).reduce(0, Math::addExact));
  }

  /** An entry by itself, which leaves debts alone. */
  public static Posting of(Transaction entry) {
    return of(List.of(entry));
  }

  /** The lots after it. */
  public Lots lots(Lots before) {
    return before.plus(Transaction.lots(entries, true)).minus(Transaction.lots(entries, false));
  }

  /** Whether it depends on the lots that there are. */
  public boolean movesLots() {
    return entries.stream().anyMatch(entry -> !entry.lots().areNone());
  }

  /** A price, taken of the lots first. */
  public static Posting taking(Usage usage, Lots lots) {
    return of(usage.of(lots.spend(usage.credits(), usage.createdAt())));
  }

  /**
   * What is given back of a price: first what was for ever, and then what expires, unless it
   * settles what the user owes.
   *
   * @param debt what the user owes before
   * @param taken what the price took
   */
  public static Posting refunding(Credits debt, Refund refund, Usage taken) {
    var forEver = taken.credits().minus(taken.lots().credits());
    var back = refund.credits().value() - Math.max(forEver.value(), debt.value());
    return in(debt, List.of(refund.to(taken.lots().restore(new Credits(Math.max(0, back))))));
  }

  /**
   * What an operator changes, or nothing where it would take more than there is.
   *
   * @param user as they are before
   */
  public static Optional<Posting> adjusting(User user, Adjustment adjustment) {
    if (adjustment.change() >= 0) {
      return Optional.of(in(user.debt(), List.of(adjustment)));
    }
    var after = user.credits().value() + adjustment.change();
    return after < 0
        ? Optional.empty()
        : Optional.of(of(adjustment.of(user.lots().shrinkTo(new Credits(after)))));
  }

  /**
   * The end of what has expired, an entry for each lot.
   *
   * @param grant the entry that brought a lot, if it is known
   * @param id of the first entry; the others come right behind it
   */
  public static Posting expiring(
      Lots expired, Function<Lot, Optional<Promotion>> grant, TransactionId id, Instant now) {
    var entries = new ArrayList<Transaction>();
    var next = id;
    for (var lot : expired.all()) {
      entries.add(Expiry.of(grant.apply(lot), next, lot, now));
      next = next.next();
    }
    return of(entries);
  }

  /**
   * Entries that together bring credits in, and the settlement of what the user owes.
   *
   * @param debt what the user owes before
   */
  public static Posting in(Credits debt, List<Transaction> entries) {
    var settled = Math.min(debt.value(), of(entries).credits());
    if (settled == 0) {
      return of(entries);
    }
    var last = entries.getLast();
    var all = new ArrayList<>(entries);
    all.add(
        new Reversal(
            last.id().next(),
            null,
            -settled,
            -settled,
            "Settlement of credits owed for a returned payment",
            last.createdAt(),
            Transaction.lots(entries, true)
                .shrinkTo(new Credits(of(entries).credits() - settled))));
    return of(all);
  }

  /**
   * A purchase; what is known by then of its payment's money is taken back at once.
   *
   * @param debt what the user owes before
   * @param payment as it is after the purchase, if there was anything to pay
   */
  public static Posting granting(Credits debt, Purchase purchase, @Nullable Payment payment) {
    if (payment == null || payment.reversed().isNone()) {
      return in(debt, List.of(purchase));
    }
    var taken =
        taken(
            purchase.id().next(),
            purchase.session(),
            payment.reversed(),
            Credits.NONE,
            Lots.NONE,
            purchase.createdAt());
    return in(debt, List.of(purchase, taken));
  }

  /**
   * Credits of a purchase, taken back as far as the user has them and owed beyond that, or given
   * back.
   *
   * @param user as they are before
   * @param more what is to be taken back beyond what was; negative if some is to be given back
   */
  public static Posting reversing(
      User user, SessionId session, int more, TransactionId id, Instant now) {
    if (more < 0) {
      var returned =
          new Reversal(
              id, session, -more, 0, "Reversal undone: the payment came back", now, Lots.NONE);
      return in(user.debt(), List.of(returned));
    }
    var owed = new Credits(Math.max(0, more - user.credits().value()));
    var taken = new Credits(more).minus(owed);
    var lots = user.lots().shrinkTo(user.credits().minus(taken));
    return of(taken(id, session, taken, owed, lots, now));
  }

  private static Reversal taken(
      TransactionId id, SessionId session, Credits taken, Credits owed, Lots lots, Instant now) {
    var description = "Reversal: the payment was returned";
    return new Reversal(
        id,
        session,
        -taken.value(),
        owed.value(),
        owed.isNone() ? description : description + " (" + owed.value() + " credits owed)",
        now,
        lots);
  }
}
