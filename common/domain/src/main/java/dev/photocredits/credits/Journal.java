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
 * The transactions that are written together with one change of a user's balance. A journal is
 * computed from how the user stood, and holds only while they stand so.
 *
 * <p>Credits that have expired by the time of the journal pay nothing. A journal that takes credits
 * or moves lots expires them by transactions of its own, before it takes, and after it returns
 * credits to their lots, but before those settle a debt.
 *
 * <p>A price takes what expires first. A reversal and an adjustment take what never expires, and
 * then what expires last; so does what settles a debt, but what expires first. A user with debt has
 * no credits: what comes in settles the debt first.
 *
 * @param transactions never more than {@value #MOST}, all of the same time
 * @param reversals what is open after it
 */
public record Journal(Standing before, List<Transaction> transactions, OpenReversals reversals) {
  /** So that they fit into one transaction of DynamoDB, which has 100 items at the most. */
  static final int MOST = 44;

  /** Lots that expire by a transaction each; more than that share the last one. */
  private static final int MOST_EXPIRIES = 40;

  public Journal {
    transactions = List.copyOf(transactions);
  }

  /** What it moves the balance by. */
  public int credits() {
    return sum(transactions);
  }

  private static int sum(List<Transaction> transactions) {
    return transactions.stream().mapToInt(Transaction::change).reduce(0, Math::addExact);
  }

  /** The lots after it. */
  public Lots lots() {
    return lots(before.lots(), transactions);
  }

  private static Lots lots(Lots before, List<Transaction> transactions) {
    return before
        .plus(Transaction.lots(transactions, true))
        .minus(Transaction.lots(transactions, false));
  }

  /** What it adds to what the user has paid, in minor units. */
  public long paid() {
    return transactions.stream()
        .mapToLong(it -> it instanceof Purchase purchase ? purchase.paid().minorUnits() : 0)
        .sum();
  }

  public Instant createdAt() {
    return transactions.getFirst().createdAt();
  }

  /** Whether it holds only while the lots are those before it. */
  public boolean dependsOnLots() {
    return credits() < 0 || transactions.stream().anyMatch(it -> !it.lots().areNone());
  }

  /** Whether it holds only while the open reversals, and so the debt, are those before it. */
  public boolean dependsOnReversals() {
    return credits() > 0 || !reversals.equals(before.reversals());
  }

  /** Whether it holds only while the balance is exactly that before it. */
  public boolean dependsOnBalance() {
    return transactions.stream()
        .filter(it -> !(it instanceof Expiry))
        .anyMatch(it -> it.owed() > 0 || (!it.fillsLots() && !it.lots().areNone()));
  }

  /**
   * The same, with each expiry of a single lot described by the grant that brought it.
   *
   * @param grant the promotion that brought a lot, if it is known
   */
  public Journal explained(Function<Lot, Optional<Promotion>> grant) {
    return new Journal(
        before,
        transactions.stream()
            .map(it -> it instanceof Expiry expiry ? expiry.explained(grant) : it)
            .toList(),
        reversals);
  }

  /** Holds a generation's price, of what is available. */
  public static Journal hold(Standing standing, Usage usage) {
    var draft = Draft.before(standing, usage.id(), usage.createdAt());
    draft.expire();
    draft.add(usage.of(draft.lots().earliest(usage.credits())));
    return draft.journal();
  }

  /**
   * Releases a held price, or a part of it: what never expires first, and then the lots with the
   * latest expiry.
   *
   * @param usage what held it
   */
  public static Journal release(Standing standing, Refund refund, Usage usage) {
    var forever = usage.credits().minus(usage.lots().credits()).value();
    var toLots = new Credits(Math.max(0, refund.credits().value() - forever));
    var draft = new Draft(standing, refund.id(), refund.createdAt());
    draft.addReturn(refund.to(usage.lots().latest(toLots)));
    draft.settle(null);
    return draft.journal();
  }

  /** Grants a promotion. */
  public static Journal promote(Standing standing, Promotion promotion) {
    var draft = new Draft(standing, promotion.id(), promotion.createdAt());
    draft.addReturn(promotion);
    draft.settle(null);
    return draft.journal();
  }

  /**
   * Grants a purchase, and reverses at once what is due of its payment by then.
   *
   * @param payment as it is after the purchase, if there was anything to pay
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

  /** Moves a balance as an operator says; nothing if it would take more than is available. */
  public static Optional<Journal> adjust(Standing standing, Adjustment adjustment) {
    var now = adjustment.createdAt();
    if (adjustment.change() >= 0) {
      var draft = new Draft(standing, adjustment.id(), now);
      draft.add(adjustment);
      draft.settle(null);
      return Optional.of(draft.journal());
    }
    var taken = Math.negateExact(adjustment.change());
    if (taken > standing.available(now).value()) {
      return Optional.empty();
    }
    var draft = Draft.before(standing, adjustment.id(), now);
    draft.expire();
    draft.add(adjustment.of(draft.latest(new Credits(taken))));
    return Optional.of(draft.journal());
  }

  /**
   * Withdraws credits of a payment as far as they are available, and owes the rest; or returns
   * credits that were withdrawn. A return undoes what was withdrawn last: first what is still owed,
   * then what was taken of lots, the earliest expiry first, and then what never expires.
   *
   * @param more what is to be reversed beyond what was; negative to return it, never 0
   * @param id of the reversal
   */
  public static Journal reverse(
      Standing standing, SessionId session, int more, TransactionId id, Instant now) {
    return switch (Integer.signum(more)) {
      case 1 -> withdraw(standing, session, new Credits(more), id, now);
      case -1 -> undo(standing, session, new Credits(Math.negateExact(more)), id, now);
      default -> throw new IllegalArgumentException("nothing is to be reversed");
    };
  }

  private static Journal withdraw(
      Standing standing, SessionId session, Credits credits, TransactionId id, Instant now) {
    var draft = Draft.before(standing, id, now);
    draft.expire();
    var taken = new Credits(Math.min(credits.value(), standing.available(now).value()));
    draft.withdraw(session, taken, credits.minus(taken), draft.latest(taken));
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
   * Expires what has expired by then; nothing if that is nothing.
   *
   * @param id of the first expiry
   */
  public static Optional<Journal> expire(Standing standing, TransactionId id, Instant now) {
    var draft = new Draft(standing, id, now);
    draft.expire();
    return draft.transactions.isEmpty() ? Optional.empty() : Optional.of(draft.journal());
  }

  /** A journal that is being made. The ids of its transactions follow each other. */
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

    /** One whose due expiries come right before the transaction of that id. */
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

    /** Adds what brings credits to lots, or returns them there; what has expired expires again. */
    void addReturn(Transaction transaction) {
      add(transaction);
      if (!transaction.lots().areNone()) {
        expire();
      }
    }

    Lots lots() {
      return Journal.lots(before.lots(), transactions);
    }

    /** The lots that lose credits when so many are taken, once the expired ones are gone. */
    Lots latest(Credits taken) {
      var lots = lots();
      var forever = before.available(now).minus(lots.credits()).value();
      return lots.latest(new Credits(Math.max(0, taken.value() - forever)));
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

    void withdraw(SessionId session, Credits taken, Credits owed, Lots lots) {
      var description = "Reversal: the payment was returned";
      add(
          new Reversal(
              next,
              session,
              -taken.value(),
              owed.value(),
              owed.isNone() ? description : description + " (" + owed.value() + " credits owed)",
              now,
              lots));
      reversals = reversals.plus(session, owed, lots);
    }

    /**
     * Settles the debt with what came in and has not expired.
     *
     * @param first the session whose debt is settled before others
     */
    void settle(@Nullable SessionId first) {
      var in = sum(transactions);
      var settled = Math.min(reversals.owed().value(), in);
      if (settled <= 0) {
        return;
      }
      // A user with debt had no lots.
      var forever = in - lots().credits().value();
      var lots = lots().earliest(new Credits(Math.max(0, settled - forever)));
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
