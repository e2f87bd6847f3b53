package dev.photocredits.credits;

import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.values.Credits;
import dev.photocredits.values.PurchaseOrderId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The repair of a grant that is partly missing. A grant is four items that are written together:
 * the grant record, the purchase, the balance change, and the payment. A table that was restored
 * from a backup may contain any subset of them. The repair completes them so that the credits of
 * the purchase count once:
 *
 * <ul>
 *   <li>A missing purchase is written again. It changes the balance, unless the balance already
 *       exceeds the sum of the transactions by exactly that purchase.
 *   <li>A purchase that is present changes the balance if the balance is behind the sum of the
 *       transactions by exactly that purchase.
 *   <li>A missing grant record or payment is written again for the purchase that is present. How
 *       many credits of a payment are reversed follows from its reversals.
 * </ul>
 *
 * Any other discrepancy between the balance and the transactions is a sign of other damage. Then no
 * purchase is written, and no balance changes.
 *
 * @param purchase the purchase of the session: the one that is present, or the new one
 * @param isWritten whether the purchase is new
 * @param journal the change of the balance, which includes the purchase; null if the balance is
 *     right
 * @param grantRecord the grant record as it must be
 * @param payment the payment as it must be; null if there was nothing to pay
 */
public record GrantRepair(
    Purchase purchase,
    boolean isWritten,
    @Nullable Journal journal,
    GrantRecord grantRecord,
    @Nullable Payment payment) {

  /**
   * Computes what the grant of the purchase's session needs to be complete; returns nothing if it
   * is complete. Throws {@link DamagedAccount} if that does not follow from what is stored.
   *
   * @param user the owner of the grant
   * @param transactions all transactions of the user
   * @param grantRecord the grant record of the session, if it is present
   * @param payment the payment, if it is present
   * @param purchase what to write if the purchase is missing
   * @param charge what the customer was charged, or null if there was nothing to pay
   * @param order the purchase order that was paid, or null if there is none
   */
  public static Optional<GrantRepair> of(
      User user,
      List<Transaction> transactions,
      @Nullable GrantRecord grantRecord,
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
    // The grant record decides: a charge of another payment does not belong to this grant.
    @Nullable Charge ownCharge =
        charge == null || grantRecord == null || charge.payment().equals(grantRecord.payment())
            ? charge
            : null;
    var repairedRecord =
        grantRecord == null
            ? new GrantRecord(
                session, user.email(), kept.id(), charge == null ? null : charge.payment(), order)
            : new GrantRecord(
                session,
                user.email(),
                kept.id(),
                grantRecord.payment(),
                grantRecord.purchaseOrder());
    var repairedPayment =
        ownCharge == null ? null : repairedPayment(user, transactions, payment, kept, ownCharge);
    var journal = journal(user, transactions, kept, known.isEmpty());
    return journal == null
            && !known.isEmpty()
            && repairedRecord.equals(grantRecord)
            && isSame(repairedPayment, payment)
        ? Optional.empty()
        : Optional.of(
            new GrantRepair(kept, known.isEmpty(), journal, repairedRecord, repairedPayment));
  }

  private static boolean isSame(@Nullable Payment repaired, @Nullable Payment payment) {
    return repaired == null || repaired.equals(payment);
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
          "the balance is off by %d credits, not explained by session %s"
              .formatted(credits, purchase.session().value()));
    }
    // A purchase that is present is not written again, so its grant record may be repaired even if
    // the balance is wrong for other reasons.
    return (isMissing ? isExact : isOffByThePurchase)
        ? Journal.grant(Standing.of(user), purchase, null)
        : null;
  }

  private static Payment repairedPayment(
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
    var known = payment == null ? Payment.unknown(charge.payment()) : payment;
    if (known.grant() != null && !known.grant().session().equals(purchase.session())) {
      throw new DamagedAccount(
          "payment " + charge.payment().value() + " belongs to another session");
    }
    var grant = known.grant() == null ? Grant.of(user.email(), purchase, charge) : known.grant();
    return known.repaired(grant, new Credits(Math.max(0, reversed)));
  }
}
