package dev.photocredits.erasure;

import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import dev.photocredits.values.Email;
import dev.photocredits.values.Page;
import java.util.Optional;

/**
 * Finds the owners of accounts, binds accounts to other identities, and moves accounts to
 * pseudonyms, all for operators. Each method is atomic and safe for concurrent use, and a repeat
 * has no effect. An exception means that the outcome is unknown: repeat the call.
 *
 * <p>While an owner is being erased, no account of that address can be opened, read or changed. A
 * caller who tries gets an exception, as if the table did not answer, and may retry.
 */
public interface AccountOwners {

  /** Returns the owner of the account of an address; nothing if there is no account. */
  Optional<AccountOwner> findOwner(Email owner);

  /** Binds an account to another identity, and writes a record of it in the same transaction. */
  RebindingOutcome rebind(Rebinding rebinding);

  /**
   * Lists the addresses whose erasure has begun and not ended; nothing can be done under them. An
   * erasure that has just begun may be missing, and one that has just ended may still be listed.
   */
  Page<Email> leaving(int limit);

  /**
   * Begins an erasure: moves the user's credits and debt to the pseudonym. Does nothing if they
   * have changed since the user was read.
   */
  void begin(User user, Email pseudonym);

  /**
   * Moves a transaction to the pseudonym. A purchase moves with its grant record and its payment,
   * so that later updates of the payment go to the pseudonym.
   *
   * @return whether the owner is still being erased; if not, nothing was written
   */
  boolean move(Email owner, Email pseudonym, Transaction transaction);

  /** Moves a generation to the pseudonym, without its prompt; returns the same. */
  boolean move(Email owner, Email pseudonym, Generation generation);

  /**
   * Deletes what else is stored under the owner: idempotency records, counters, records of
   * promotions and rebindings, purchase orders and opened sessions; returns the same.
   */
  boolean deleteRemaining(Email owner, Email pseudonym);

  /** Deletes the feedback that was sent with the address, whose text may describe the sender. */
  void deleteFeedback(Email owner);

  /**
   * Ends an erasure: deletes the link from the owner to the pseudonym. From then on, the address
   * has no account.
   */
  void end(Email owner, Email pseudonym);
}
