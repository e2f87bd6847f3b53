package dev.photocredits.credits;

import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The users, their balances and the append-only list of what moved them. Credits that have expired
 * by the time of a write pay nothing by it: a write that takes credits, or returns some to lots,
 * expires what is due in the same transaction. Every method is atomic and may be called by any
 * number of callers at once; each read sees every write that was answered before it. An exception
 * means that the outcome is unknown: calling again with the same arguments settles it, and nothing
 * moves twice.
 */
public interface Ledger {

  Optional<User> find(Email email);

  /**
   * Creates a user; their balance is that of the welcome entry, which a {@link Mailbox} is given
   * once for ever, or none. If there is one by now, a repeat or a race has no effect and returns
   * that one.
   */
  User create(Email email, @Nullable Promotion welcome, Instant now);

  /**
   * Links the user to their Stripe customer, unless they are linked to another one that is not
   * known to be deleted. Returns the one that they are linked to now. Fails for an unknown user.
   *
   * @param deleted a customer that is replaced if the user is still linked to it
   */
  CustomerId linkCustomer(
      Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now);

  /**
   * Adds the purchase's credits to the balance, once for each Checkout Session. What the user owes
   * is settled of it, and what is known of the payment's money is taken back at once. A session
   * that was granted before, and of which the mark, the purchase, the balance or the payment is
   * missing since, is healed: see {@link GrantRepair}. Throws {@link DamagedAccount} where it
   * cannot be.
   *
   * @param charge what the customer was charged, unless nothing was to pay
   * @param order the purchase order that is paid by it: one of the owner's is kept for good from
   *     then on, and any other has no effect
   */
  GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order);

  /** The same for a session without a purchase order. */
  default GrantOutcome grant(Email email, Purchase purchase, @Nullable Charge charge) {
    return grant(email, purchase, charge, null);
  }

  /**
   * The grant of that session, if it is whole: its mark is there, the purchase that it names, and
   * the payment, of which everything is reversed that is due. Otherwise a grant is missing or
   * heals.
   */
  Optional<AlreadyGranted> findGrant(SessionId session);

  /**
   * Withdraws credits or returns them as the payment's money moved, each once, however often and in
   * whatever order the news come. What the user has spent is owed. What was withdrawn from lots
   * returns to them with its expiry; what has expired by then expires at once.
   *
   * @param id of the reversal, if there is one
   */
  ReversalOutcome reverse(MoneyMoved news, TransactionId id, Instant now);

  /**
   * Gives credits away. The same credits for the same reason until the same instant are given to a
   * user once, whatever the entry's id, unless they are to be given {@code again}. What the user
   * owes is settled of them, unless they have expired by then.
   */
  PromotionOutcome promote(Email email, Promotion promotion, boolean again);

  /**
   * Changes a balance as an operator says, once for the transaction's id, whoever repeats it and
   * when, and takes no more than is available then. An id stands for one user, change and reason.
   */
  AdjustmentOutcome adjust(Email email, Adjustment adjustment);

  /**
   * Whose credits have expired by then and are still on their balance, the earliest expiry first. A
   * balance that moved a moment ago may still be missing or be told of.
   */
  Page<Email> expiring(Instant now, int limit);

  /**
   * Takes off the user's balance what has expired by then, and returns how much that was; nothing
   * for an unknown user. Each lot expires once.
   *
   * @param id of the first entry, if there is one; those of further lots come right behind it
   */
  Credits expire(Email email, TransactionId id, Instant now);

  /** The user's entries, newest first; those older than {@code before}, if it is given. */
  Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before);
}
