package dev.photocredits.audit;

import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Transaction;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that is stored about credits, for an audit. Every method but {@link #scan}
 * throws {@link Unreadable} if an item cannot be read; any other exception means that the store did
 * not answer.
 */
public interface AuditReader {

  /** An item that a scan finds. */
  sealed interface StoredItem {

    /** The profile of a user. Accounts are counted by their profiles. */
    record Profile(Email email) implements StoredItem {}

    /**
     * Transactions or generations whose profile is not on the same page, or is a tombstone. The
     * profile may be on another page, and the items may have moved to a pseudonym since.
     */
    record Leftover(Email owner) implements StoredItem {}

    /** The grant record of a checkout session. */
    record GrantRecordItem(GrantRecord grantRecord) implements StoredItem {}

    /** A payment. */
    record PaymentItem(Payment payment) implements StoredItem {}

    /**
     * An item that cannot be read.
     *
     * @param what the kind and id of the item; never an e-mail address
     */
    record Damaged(String what) implements StoredItem {}
  }

  /**
   * A page of a scan.
   *
   * @param items the items
   * @param next where to continue; null at the end of the segment. It may contain an e-mail
   *     address.
   */
  record Scanned(List<StoredItem> items, @Nullable String next) {
    public Scanned {
      items = List.copyOf(items);
    }
  }

  /**
   * Reads a page of one of the {@code segments} segments of the store, in no particular order. An
   * item that exists since the first page is found once; an item that is written later may be
   * missing.
   *
   * @param segment the number of the segment, from 0
   * @param after {@link Scanned#next} of the page before, read with the same number of segments;
   *     null for the first page
   */
  Scanned scan(int segment, int segments, @Nullable String after);

  /**
   * Reads the account of an owner. An account that is written to meanwhile may be a mix of old and
   * new items. While its owner is being erased, it is the pseudonym's, and contains both the items
   * that have moved and those that have not.
   */
  Account account(Email owner);

  /** Whether the owner, or the pseudonym to which the account is moving, has a profile. */
  boolean hasProfile(Email owner);

  /** Returns the transaction that the grant record names, or names by now, if it exists. */
  Optional<Transaction> transaction(GrantRecord grantRecord);

  /** Returns the grant record of a checkout session, if there is one. */
  Optional<GrantRecord> grantRecord(SessionId session);

  /** Thrown when a stored item cannot be read. */
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
