package dev.photocredits.credits;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds credits.
 *
 * @param debt credits that were spent before their payment was returned; whoever owes has none
 * @param totalPurchased what they paid us so far
 */
public record User(
    Email email,
    Credits credits,
    Credits debt,
    @Nullable CustomerId stripeCustomer,
    Money totalPurchased,
    Instant createdAt,
    Instant updatedAt) {

  /** The same account as a pseudonym's, who is no customer. */
  public User as(Email pseudonym) {
    return new User(pseudonym, credits, debt, null, totalPurchased, createdAt, updatedAt);
  }

  public Optional<CustomerId> customer() {
    return Optional.ofNullable(stripeCustomer);
  }
}
