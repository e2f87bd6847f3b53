package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Reversal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
            last.createdAt()));
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
          new Reversal(id, session, -more, 0, "Reversal undone: the payment came back", now);
      return in(user.debt(), List.of(returned));
    }
    var owed = new Credits(Math.max(0, more - user.credits().value()));
    return of(taken(id, session, new Credits(more).minus(owed), owed, now));
  }

  private static Reversal taken(
      TransactionId id, SessionId session, Credits taken, Credits owed, Instant now) {
    var description = "Reversal: the payment was returned";
    return new Reversal(
        id,
        session,
        -taken.value(),
        owed.value(),
        owed.isNone() ? description : description + " (" + owed.value() + " credits owed)",
        now);
  }
}
