package dev.photocredits.audit;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that is kept about credits, to be read. */
public interface Books {

  /** Something that the books hold. */
  sealed interface Kept {

    /** Somebody has a profile, entries or generations. */
    record Owner(Email email) implements Kept {}

    /** A Checkout Session was granted. */
    record Mark(SessionMark mark) implements Kept {}
  }

  /**
   * Every owner and every mark, in no order; an owner may come more than once, and what is written
   * meanwhile may be missing. To be closed.
   */
  Stream<Kept> all();

  /**
   * The account of that owner; one that is written to meanwhile may come half old, half new. While
   * its owner is being erased, it is the pseudonym's, and holds what has gone there and what is
   * still to go.
   */
  Account account(Email owner);

  /** The entry that the mark names, or names by now, if it is there. */
  Optional<Transaction> entry(SessionMark mark);
}
