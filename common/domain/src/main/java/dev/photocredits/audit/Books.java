package dev.photocredits.audit;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored about credits, for an audit to read. Every method but {@link #scan} throws
 * {@link Unreadable} if an item that it needs cannot be understood; any other exception means that
 * the store did not answer.
 */
public interface Books {

  /** Something that a scan meets. */
  sealed interface Kept {

    /** The profile of a user: the one item by which an account is counted. */
    record Owner(Email email) implements Kept {}

    /**
     * Transactions or generations whose profile is not on the same page, or is a tombstone. It may
     * be on another page, and what was met may have moved to a pseudonym by now.
     */
    record Leftover(Email owner) implements Kept {}

    /** A checkout session was granted. */
    record Mark(SessionMark mark) implements Kept {}

    /** What is known of a payment. */
    record Money(Payment payment) implements Kept {}

    /**
     * An item that cannot be understood.
     *
     * @param what its kind and id; never an e-mail address
     */
    record Damaged(String what) implements Kept {}
  }

  /**
   * A page of a scan.
   *
   * @param next the place at which to go on, or null at the end of the segment; it may hold an
   *     e-mail address
   */
  record Scanned(List<Kept> kept, @Nullable String next) {
    public Scanned {
      kept = List.copyOf(kept);
    }
  }

  /**
   * Reads a page of one of the {@code segments} parts of the store, in no order. What has been
   * there since the first page is met, once; what is written later may be missing.
   *
   * @param after {@link Scanned#next} of the page before, read with the same number of segments;
   *     null for the first page
   */
  Scanned scan(int segment, int segments, @Nullable String after);

  /**
   * The account of that owner; one that is written to meanwhile may come half old, half new. While
   * its owner is being erased, it is the pseudonym's, and holds what has gone there and what is
   * still to go.
   */
  Account account(Email owner);

  /** Whether that owner, or the pseudonym that their account is moving to, has a profile. */
  boolean hasProfile(Email owner);

  /** The transaction that the mark names, or names by now, if it is there. */
  Optional<Transaction> entry(SessionMark mark);

  /** The mark of a checkout session, if it was granted. */
  Optional<SessionMark> mark(SessionId session);

  /** An item is stored that cannot be understood. */
  final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param what the kind and id of the item; never an e-mail address
     */
    public Unreadable(String what, Throwable cause) {
      super(what + " cannot be read", cause);
    }
  }
}
