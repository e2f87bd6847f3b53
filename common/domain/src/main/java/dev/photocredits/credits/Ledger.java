package dev.photocredits.credits;

import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Mailbox;
import dev.photocredits.values.Page;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The users, their balances, and the append-only list of the transactions that change the balances.
 *
 * <p>Every method is atomic and safe for concurrent use. A read sees every write that had returned
 * before it. An exception means that the outcome is unknown: repeat the call with the same
 * arguments. A repeat never changes a balance twice.
 *
 * <p>Expired credits pay for nothing. A write that withdraws credits, or returns credits to lots,
 * also expires the lots that are due, in the same write.
 */
public interface Ledger {

  Optional<User> find(Email email);

  /**
   * Creates a user, and grants the welcome promotion if their {@link Mailbox} has never received
   * one; otherwise the user starts without credits. If the user exists, because of a repeat or a
   * race, nothing is written. Returns the stored user.
   */
  User create(Email email, @Nullable Promotion welcome, Instant now);

  /**
   * Links the user to a Stripe customer, unless the user is already linked to another one that is
   * not known to be deleted. Returns the customer that the user is linked to now. Throws for an
   * unknown user.
   *
   * @param deleted a customer that was deleted at Stripe; replaced if the user is still linked to
   *     it
   */
  CustomerId linkCustomer(
      Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now);

  /**
   * Binds the user to an identity, unless the user is already bound. Returns the identity that the
   * user is bound to now. Throws for an unknown user.
   */
  Identity bind(Email email, Identity identity, Instant now);

  /**
   * Adds the credits of a purchase to the balance, once for each Checkout Session. Debt is settled
   * with them, and credits whose money is known to have been returned are reversed at once.
   *
   * <p>If the session was granted before, and its grant record, purchase, balance change or payment
   * has been lost since, the grant is repaired: see {@link GrantRepair}. Throws {@link
   * DamagedAccount} if it cannot be.
   *
   * @param charge what the customer was charged, or null if there was nothing to pay
   * @param order the purchase order that the session pays; one that the user owns never expires
   *     from then on, any other has no effect
   */
  GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order);

  /** Grants a session that has no purchase order. */
  default GrantOutcome grant(Email email, Purchase purchase, @Nullable Charge charge) {
    return grant(email, purchase, charge, null);
  }

  /**
   * Returns the grant of the session if it is complete: the grant record is present, the purchase
   * that it names, and the payment, and everything that is due of the payment is reversed.
   * Otherwise {@link #grant} writes or repairs it.
   */
  Optional<AlreadyGranted> findGrant(SessionId session);

  /**
   * Withdraws or returns credits as the money of a payment is returned to the customer or to us. An
   * update takes effect once, regardless of how often and in which order updates arrive. Credits
   * that the user has spent become debt. Credits withdrawn from lots return to them with their
   * expiry; those that have expired by then expire at once.
   *
   * @param id the id of the reversal, if one is written
   */
  ReversalOutcome reverse(PaymentUpdate update, TransactionId id, Instant now);

  /**
   * Grants a promotion, and settles debt with it unless it has expired by then. A user receives the
   * same credits for the same reason until the same instant only once, whatever the id of the
   * transaction.
   *
   * @param again whether to grant them even if the user has received them before
   */
  PromotionOutcome promote(Email email, Promotion promotion, boolean again);

  /**
   * Writes an operator's adjustment, once for its id, regardless of when and by whom it is
   * repeated. It withdraws no more than is available. An id belongs to one user, change and reason.
   */
  AdjustmentOutcome adjust(Email email, Adjustment adjustment);

  /**
   * Lists the users whose balance includes credits that have expired by then, the earliest expiry
   * first. A balance that has just changed may be missing, or still be listed.
   */
  Page<Email> expiring(Instant now, int limit);

  /**
   * Removes expired credits from the user's balance, and returns how many; none for an unknown
   * user. A lot expires once.
   *
   * @param id the id of the first expiry, if one is written; those of further lots follow it
   *     directly
   */
  Credits expire(Email email, TransactionId id, Instant now);

  /**
   * Lists the user's transactions, newest first; only those older than {@code before}, if it is
   * given.
   */
  Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before);
}
