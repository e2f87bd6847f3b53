package dev.photocredits.credits;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds credits.
 *
 * @param debt credits that were spent before their payment was returned; whoever owes has none
 * @param lots the part of the credits that expires
 * @param totalPurchased what they paid us so far
 * @param underway what is not decided yet
 */
public record User(
    Email email,
    Credits credits,
    Credits debt,
    Lots lots,
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
        pseudonym, credits, debt, lots, null, totalPurchased, underway, createdAt, updatedAt);
  }

  /** What they can spend: not what has expired, even if it is still on the balance. */
  public Credits available(Instant now) {
    return credits.minus(lots.expired(now).credits());
  }

  public Optional<CustomerId> customer() {
    return Optional.ofNullable(stripeCustomer);
  }
}
