package dev.photocredits.credits;

import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Reversal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What heals a grant of which a part is missing. A grant is four items that are written together:
 * the mark, the purchase, the balance, and the payment. A table that was restored from a backup may
 * hold any of them and not the others. All four together add the purchase's credits once:
 *
 * <ul>
 *   <li>A missing purchase is written again. It moves the balance, unless the balance is ahead of
 *       the transactions by exactly that purchase.
 *   <li>A purchase that the balance does not have yet, since it is behind the transactions by
 *       exactly that purchase, moves the balance.
 *   <li>A missing mark or payment is written again for the purchase that is there. What was
 *       reversed of a payment is what its reversals say.
 * </ul>
 *
 * Any other difference between balance and transactions tells of other damage: then no purchase is
 * written, and no balance moves.
 *
 * @param purchase the one that is kept: the one that is there, or the new one
 * @param isWritten whether it is new
 * @param journal what moves the balance, if it has to move; the purchase is one of its transactions
 * @param mark as it has to be
 * @param payment as it has to be, if there was anything to pay
 */
public record GrantRepair(
    Purchase purchase,
    boolean isWritten,
    @Nullable Journal journal,
    SessionMark mark,
    @Nullable Payment payment) {

  /**
   * What the grant of that purchase's session needs to be whole; nothing if it is. Throws {@link
   * DamagedAccount} where that does not follow from what is there.
   *
   * @param user whose grant it is
   * @param transactions all of theirs
   * @param mark the session's, if it is there
   * @param payment the payment's, if it is there
   * @param purchase what is written if it is missing
   * @param charge what the customer was charged, unless nothing was to pay
   * @param order the purchase order that was paid, if one was kept
   */
  public static Optional<GrantRepair> of(
      User user,
      List<Transaction> transactions,
      @Nullable SessionMark mark,
      @Nullable Payment payment,
      Purchase purchase,
      @Nullable Charge charge,
      @Nullable PurchaseOrderId order) {
    var session = purchase.session();
    var known =
        transactions.stream()
            .filter(it -> it instanceof Purchase other && other.session().equals(session))
            .map(Purchase.class::cast)
            .toList();
    if (known.size() > 1) {
      throw new DamagedAccount("session " + session.value() + " was granted more than once");
    }
    var kept = known.isEmpty() ? purchase : known.getFirst();
    // A mark that is there knows best what was charged.
    @Nullable Charge charged =
        charge == null || mark == null || charge.payment().equals(mark.payment()) ? charge : null;
    var whole =
        mark == null
            ? new SessionMark(
                session, user.email(), kept.id(), charge == null ? null : charge.payment(), order)
            : new SessionMark(session, user.email(), kept.id(), mark.payment(), mark.order());
    var paid = charged == null ? null : paid(user, transactions, payment, kept, charged);
    var journal = journal(user, transactions, kept, known.isEmpty());
    return journal == null && !known.isEmpty() && whole.equals(mark) && isSame(paid, payment)
        ? Optional.empty()
        : Optional.of(new GrantRepair(kept, known.isEmpty(), journal, whole, paid));
  }

  private static boolean isSame(@Nullable Payment paid, @Nullable Payment payment) {
    return paid == null || paid.equals(payment);
  }

  private static @Nullable Journal journal(
      User user, List<Transaction> transactions, Purchase purchase, boolean isMissing) {
    var credits =
        user.credits().value() - transactions.stream().mapToInt(Transaction::change).sum();
    var debt = user.debt().value() - transactions.stream().mapToInt(Transaction::owed).sum();
    var paid =
        user.totalPurchased().minorUnits()
            - transactions.stream()
                .mapToLong(it -> it instanceof Purchase other ? other.paid().minorUnits() : 0)
                .sum();
    var isExact = credits == 0 && debt == 0 && paid == 0;
    var sign = isMissing ? 1 : -1;
    var isOffByThePurchase =
        debt == 0
            && credits == sign * purchase.credits().value()
            && paid == sign * purchase.paid().minorUnits();
    if (isMissing && !isExact && !isOffByThePurchase) {
      throw new DamagedAccount(
          "the balance is off by %d credits, beside session %s"
              .formatted(credits, purchase.session().value()));
    }
    // A purchase that is there is not written again, so that its mark is safe, whatever else is
    // off.
    return (isMissing ? isExact : isOffByThePurchase)
        ? Journal.grant(Standing.of(user), purchase, null)
        : null;
  }

  private static Payment paid(
      User user,
      List<Transaction> transactions,
      @Nullable Payment payment,
      Purchase purchase,
      Charge charge) {
    var reversed =
        transactions.stream()
            .filter(
                it -> it instanceof Reversal other && purchase.session().equals(other.session()))
            .mapToInt(it -> it.owed() - it.change())
            .sum();
    var known = payment == null ? Payment.unheardOf(charge.payment()) : payment;
    if (known.grant() != null && !known.grant().session().equals(purchase.session())) {
      throw new DamagedAccount(
          "payment " + charge.payment().value() + " has granted another session");
    }
    var grant = known.grant() == null ? Grant.of(user.email(), purchase, charge) : known.grant();
    return known.mended(grant, new Credits(Math.max(0, reversed)));
  }
}
