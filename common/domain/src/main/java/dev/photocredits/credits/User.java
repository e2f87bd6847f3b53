package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A user's account, without its transactions.
 *
 * @param credits the balance; no credits while there is a debt
 * @param lots the part of the balance that expires, including credits that have expired and are not
 *     yet removed
 * @param reversals what the reversals of returned payments have left open
 * @param boundTo the identity that alone may use the account; null before its first use
 * @param totalPurchased what the user has paid so far
 * @param held the pending generations and the credits held for them
 */
public record User(
    Email email,
    Credits credits,
    Lots lots,
    OpenReversals reversals,
    @Nullable CustomerId stripeCustomer,
    @Nullable Identity boundTo,
    Money totalPurchased,
    Held held,
    Instant createdAt,
    Instant updatedAt) {
  /**
   * The pending generations.
   *
   * @param credits the credits held for them, some of which may be released
   */
  public record Held(int generations, Credits credits) {
    public static final Held NOTHING = new Held(0, Credits.NONE);
  }

  /**
   * Returns this account with the pseudonym as its owner, without the Stripe customer and the
   * identity.
   */
  public User as(Email pseudonym) {
    return new User(
        pseudonym,
        credits,
        lots,
        reversals,
        null,
        null,
        totalPurchased,
        held,
        createdAt,
        updatedAt);
  }

  /** The debt: credits that were spent before the money paid for them was returned. */
  public Credits debt() {
    return reversals.owed();
  }

  /** The credits that can be spent at that time: the balance without expired credits. */
  public Credits available(Instant now) {
    return Standing.of(this).available(now);
  }

  public Optional<CustomerId> customer() {
    return Optional.ofNullable(stripeCustomer);
  }

  public Optional<Identity> identity() {
    return Optional.ofNullable(boundTo);
  }
}
