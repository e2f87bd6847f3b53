package dev.photocredits.credits;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A customer's account, without its transactions.
 *
 * @param credits the balance; no credits while there is a debt
 * @param lots the part of the credits that expires, what has expired and is still on the balance
 *     included
 * @param reversals what the reversals of returned payments have left open
 * @param totalPurchased what they paid us so far
 * @param underway what is not decided yet
 */
public record User(
    Email email,
    Credits credits,
    Lots lots,
    OpenReversals reversals,
    @Nullable CustomerId stripeCustomer,
    Money totalPurchased,
    Underway underway,
    Instant createdAt,
    Instant updatedAt) {
  /**
   * The generations that are pending.
   *
   * @param credits what was taken for them, of which some may come back
   */
  public record Underway(int generations, Credits credits) {
    public static final Underway NOTHING = new Underway(0, Credits.NONE);
  }

  /** The same account as a pseudonym's, who is no customer. */
  public User as(Email pseudonym) {
    return new User(
        pseudonym, credits, lots, reversals, null, totalPurchased, underway, createdAt, updatedAt);
  }

  /** Credits that were spent before their payment was returned. */
  public Credits debt() {
    return reversals.owed();
  }

  /** What they can spend then: not what has expired, even if it is still on the balance. */
  public Credits available(Instant now) {
    return Standing.of(this).available(now);
  }

  public Optional<CustomerId> customer() {
    return Optional.ofNullable(stripeCustomer);
  }
}
