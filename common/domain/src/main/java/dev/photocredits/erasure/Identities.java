package dev.photocredits.erasure;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import java.util.Optional;

/**
 * Whose the accounts are, and how one becomes a pseudonym's. Each method is atomic, may be called
 * by any number of callers at once, and does nothing when it is repeated; an exception means that
 * the outcome is unknown, and calling again settles it.
 *
 * <p>While an owner leaves, nobody can open an account of that address, read its balance or move
 * it: whoever tries gets an exception, as if the table did not answer, and may ask again.
 */
public interface Identities {

  /** Whose the account of that address is; nothing for somebody unknown. */
  Optional<Holder> holder(Email owner);

  /**
   * Whose erasure has begun and has not ended, so that nothing works under their address. One that
   * began or ended a moment ago may be missing or be told of.
   */
  Page<Email> leaving(int limit);

  /**
   * Gives the user's credits and debt to the pseudonym, unless anything has moved them since they
   * were read; then it does nothing. The owner is leaving from then on.
   */
  void begin(User user, Email pseudonym);

  /**
   * Gives an entry to the pseudonym; with a purchase go its mark and its payment, so that what
   * comes of the payment later finds the pseudonym. Tells whether the owner is still leaving: if
   * not, nothing was written.
   */
  boolean move(Email owner, Email pseudonym, Transaction entry);

  /** Gives a generation to the pseudonym, without what was asked for; tells the same. */
  boolean move(Email owner, Email pseudonym, Generation generation);

  /** Forgets the keys of the owner's requests, and how many there were; tells the same. */
  boolean forgetKeys(Email owner, Email pseudonym);

  /** Takes the address off the feedback that came with it. */
  void forgetFeedback(Email owner);

  /** Forgets that the pseudonym was that owner. Whoever uses the address now is unknown. */
  void end(Email owner, Email pseudonym);
}
