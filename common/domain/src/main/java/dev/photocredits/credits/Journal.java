package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.values.Credits;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that are written together with one change of a user's balance. A journal is
 * computed from a {@link Standing}, and is valid only while the user has that standing.
 *
 * <p>Expired credits pay for nothing. A journal that withdraws credits, or that changes lots, also
 * expires the lots that are due, with transactions of their own: before it withdraws credits, or
 * after it returns credits to lots and before those settle a debt.
 *
 * <p>The order in which credits are used:
 *
 * <ul>
 *   <li>A hold uses the lots that expire first, and then credits that never expire.
 *   <li>A reversal or an adjustment uses credits that never expire, and then the lots that expire
 *       last.
 *   <li>A settlement uses credits that never expire, and then the lots that expire first. A user
 *       with debt has no credits: credits that come in settle the debt first.
 * </ul>
 *
 * @param transactions at most {@value #MOST}, all with the same time
 * @param reversals the open reversals after the journal
 */
public record Journal(Standing before, List<Transaction> transactions, OpenReversals reversals) {
  /** Keeps a journal within one transaction of DynamoDB, which has at most 100 items. */
  static final int MOST = 44;

  /** How many lots expire by a transaction each; all others share one more. */
  private static final int MOST_EXPIRIES = 40;

  public Journal {
    transactions = List.copyOf(transactions);
  }

  /** The signed change of the balance. */
  public int credits() {
    return sum(transactions);
  }

  private static int sum(List<Transaction> transactions) {
    return transactions.stream().mapToInt(Transaction::change).reduce(0, Math::addExact);
  }

  /** The lots after the journal. */
  public Lots lots() {
    return lots(before.lots(), transactions);
  }

  private static Lots lots(Lots before, List<Transaction> transactions) {
    return before
        .plus(Transaction.lots(transactions, true))
        .minus(Transaction.lots(transactions, false));
  }

  /** How much the journal adds to what the user has paid, in minor units. */
  public long paid() {
    return transactions.stream()
        .mapToLong(it -> it instanceof Purchase purchase ? purchase.paid().minorUnits() : 0)
        .sum();
  }

  public Instant createdAt() {
    return transactions.getFirst().createdAt();
  }

  /** Whether the journal is valid only while the lots are those of its standing. */
  public boolean dependsOnLots() {
    return credits() < 0 || transactions.stream().anyMatch(it -> !it.lots().isEmpty());
  }

  /**
   * Whether the journal is valid only while the open reversals, and so the debt, are those of its
   * standing.
   */
  public boolean dependsOnReversals() {
    return credits() > 0 || !reversals.equals(before.reversals());
  }

  /** Whether the journal is valid only while the balance is exactly that of its standing. */
  public boolean dependsOnBalance() {
    return transactions.stream()
        .filter(it -> !(it instanceof Expiry))
        .anyMatch(it -> it.owed() > 0 || (!it.fillsLots() && !it.lots().isEmpty()));
  }

  /**
   * Returns this journal with each expiry of a single lot described by the promotion that granted
   * it.
   *
   * @param grant returns the promotion that granted a lot, if it is known
   */
  public Journal explained(Function<Lot, Optional<Promotion>> grant) {
    return new Journal(
        before,
        transactions.stream()
            .map(it -> it instanceof Expiry expiry ? expiry.explained(grant) : it)
            .toList(),
        reversals);
  }

  /** Holds a generation's price, out of the available credits. */
  public static Journal hold(Standing standing, Usage usage) {
    var draft = Draft.before(standing, usage.id(), usage.createdAt());
    draft.expire();
    draft.add(usage.of(draft.lots().earliest(usage.credits())));
    return draft.journal();
  }

  /**
   * Releases a held price or a part of it: first the credits that never expire, and then those of
   * the lots that expire last.
   *
   * @param usage the transaction that holds the price
   */
  public static Journal release(Standing standing, Refund refund, Usage usage) {
    var nonExpiring = usage.credits().minus(usage.lots().credits()).value();
    var toLots = new Credits(Math.max(0, refund.credits().value() - nonExpiring));
    var draft = new Draft(standing, refund.id(), refund.createdAt());
    draft.addReturn(refund.to(usage.lots().latest(toLots)));
    draft.settle(null);
    return draft.journal();
  }

  /** Grants a promotion, and settles debt with it. */
  public static Journal promote(Standing standing, Promotion promotion) {
    var draft = new Draft(standing, promotion.id(), promotion.createdAt());
    draft.addReturn(promotion);
    draft.settle(null);
    return draft.journal();
  }

  /**
   * Grants a purchase, and reverses at once the credits whose money has already been returned.
   *
   * @param payment the payment with this grant recorded; null if there was nothing to pay
   */
  public static Journal grant(Standing standing, Purchase purchase, @Nullable Payment payment) {
    var draft = new Draft(standing, purchase.id(), purchase.createdAt());
    draft.add(purchase);
    if (payment != null && !payment.reversed().isNone()) {
      draft.withdraw(purchase.session(), payment.reversed(), Credits.NONE, Lots.NONE);
    }
    draft.settle(null);
    return draft.journal();
  }

  /**
   * Changes a balance as an operator requests; returns nothing if that would withdraw more than is
   * available.
   */
  public static Optional<Journal> adjust(Standing standing, Adjustment adjustment) {
    var now = adjustment.createdAt();
    if (adjustment.change() >= 0) {
      var draft = new Draft(standing, adjustment.id(), now);
      draft.add(adjustment);
      draft.settle(null);
      return Optional.of(draft.journal());
    }
    var withdrawn = Math.negateExact(adjustment.change());
    if (withdrawn > standing.available(now).value()) {
      return Optional.empty();
    }
    var draft = Draft.before(standing, adjustment.id(), now);
    draft.expire();
    draft.add(adjustment.of(draft.latest(new Credits(withdrawn))));
    return Optional.of(draft.journal());
  }

  /**
   * Withdraws credits of a payment whose money was returned, or returns credits that were
   * withdrawn. A withdrawal takes what is available, and the rest becomes debt. A return undoes
   * withdrawals in the opposite order: first the debt that is still open, then what was withdrawn
   * from lots, the earliest expiry first, and then what never expires.
   *
   * @param more how many credits to reverse beyond those that are reversed already; negative to
   *     return credits, never 0
   * @param id the id of the reversal
   */
  public static Journal reverse(
      Standing standing, SessionId session, int more, TransactionId id, Instant now) {
    return switch (Integer.signum(more)) {
      case 1 -> withdraw(standing, session, new Credits(more), id, now);
      case -1 -> undo(standing, session, new Credits(Math.negateExact(more)), id, now);
      default ->
          throw new IllegalArgumentException("the number of credits to reverse must not be 0");
    };
  }

  private static Journal withdraw(
      Standing standing, SessionId session, Credits credits, TransactionId id, Instant now) {
    var draft = Draft.before(standing, id, now);
    draft.expire();
    var withdrawn = new Credits(Math.min(credits.value(), standing.available(now).value()));
    draft.withdraw(session, withdrawn, credits.minus(withdrawn), draft.latest(withdrawn));
    return draft.journal();
  }

  private static Journal undo(
      Standing standing, SessionId session, Credits credits, TransactionId id, Instant now) {
    var open = standing.reversals().of(session);
    var withdrawn = new Credits(Math.max(0, credits.value() - open.owed().value()));
    var lots = open.lots().earliest(withdrawn);
    var draft = new Draft(standing, id, now);
    draft.addReturn(
        new Reversal(
            id, session, credits.value(), 0, "Reversal undone: the payment came back", now, lots));
    draft.reversals = draft.reversals.returning(session, lots);
    draft.settle(session);
    return draft.journal();
  }

  /**
   * Expires the lots that are due; returns nothing if there are none.
   *
   * @param id the id of the first expiry
   */
  public static Optional<Journal> expire(Standing standing, TransactionId id, Instant now) {
    var draft = new Draft(standing, id, now);
    draft.expire();
    return draft.transactions.isEmpty() ? Optional.empty() : Optional.of(draft.journal());
  }

  /** A journal under construction. The ids of its transactions are consecutive. */
  private static final class Draft {
    private final Standing before;
    private final Instant now;
    private final List<Transaction> transactions = new ArrayList<>();
    private OpenReversals reversals;
    private TransactionId next;

    Draft(Standing before, TransactionId first, Instant now) {
      this.before = before;
      this.now = now;
      this.reversals = before.reversals();
      this.next = first;
    }

    /** Starts a journal whose due expiries come directly before the transaction with this id. */
    static Draft before(Standing standing, TransactionId id, Instant now) {
      return new Draft(standing, id.plus(-expiries(standing.lots().expired(now)).size()), now);
    }

    Journal journal() {
      return new Journal(before, transactions, reversals);
    }

    void add(Transaction transaction) {
      transactions.add(transaction);
      next = transaction.id().plus(1);
    }

    /**
     * Adds a transaction that brings or returns credits to lots, and expires the lots that are due.
     */
    void addReturn(Transaction transaction) {
      add(transaction);
      if (!transaction.lots().isEmpty()) {
        expire();
      }
    }

    Lots lots() {
      return Journal.lots(before.lots(), transactions);
    }

    /**
     * The credits that come from lots when this many are withdrawn after the due lots have expired.
     */
    Lots latest(Credits withdrawn) {
      var lots = lots();
      var nonExpiring = before.available(now).minus(lots.credits()).value();
      return lots.latest(new Credits(Math.max(0, withdrawn.value() - nonExpiring)));
    }

    void expire() {
      for (var lots : expiries(lots().expired(now))) {
        add(new Expiry(next, lots, "Expired", now));
      }
    }

    private static List<Lots> expiries(Lots expired) {
      var all = expired.all();
      var expiries = new ArrayList<Lots>();
      for (var lot : all.subList(0, Math.min(all.size(), MOST_EXPIRIES))) {
        expiries.add(Lots.of(lot));
      }
      if (all.size() > MOST_EXPIRIES) {
        expiries.add(new Lots(all.subList(MOST_EXPIRIES, all.size())));
      }
      return expiries;
    }

    void withdraw(SessionId session, Credits withdrawn, Credits owed, Lots lots) {
      var description = "Reversal: the payment was returned";
      add(
          new Reversal(
              next,
              session,
              -withdrawn.value(),
              owed.value(),
              owed.isNone() ? description : description + " (" + owed.value() + " credits owed)",
              now,
              lots));
      reversals = reversals.plus(session, owed, lots);
    }

    /**
     * Settles debt with the credits that came in and have not expired.
     *
     * @param first the session whose debt is settled before that of other sessions
     */
    void settle(@Nullable SessionId first) {
      var in = sum(transactions);
      var settled = Math.min(reversals.owed().value(), in);
      if (settled <= 0) {
        return;
      }
      // A user with debt had no credits and so no lots: all lots here come from this journal.
      var nonExpiring = in - lots().credits().value();
      var lots = lots().earliest(new Credits(Math.max(0, settled - nonExpiring)));
      add(
          new Reversal(
              next,
              null,
              -settled,
              -settled,
              "Settlement of credits owed for a returned payment",
              now,
              lots));
      reversals = reversals.settling(new Credits(settled), lots, first);
    }
  }
}
