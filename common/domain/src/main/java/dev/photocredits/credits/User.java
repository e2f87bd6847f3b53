package dev.photocredits.credits;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds credits.
 *
 * @param totalPurchased what they paid us so far
 */
public record User(
    Email email,
    Credits credits,
    @Nullable CustomerId stripeCustomer,
    Money totalPurchased,
    Instant createdAt,
    Instant updatedAt) {

  public Optional<CustomerId> customer() {
    return Optional.ofNullable(stripeCustomer);
  }
}
