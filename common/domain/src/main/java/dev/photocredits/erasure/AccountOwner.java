package dev.photocredits.erasure;

import dev.photocredits.credits.User;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The owner of an account: a user, or a pseudonym while the user is being erased. */
public sealed interface AccountOwner {

  /** The account in its current state. */
  User user();

  /** The account belongs to a user. */
  record Known(User user) implements AccountOwner {}

  /**
   * The account belongs to a pseudonym, because the erasure of its owner has begun and not ended.
   *
   * @param user the account of the pseudonym
   * @param former the Stripe customer of the user; null if there was none
   */
  record Leaving(User user, @Nullable CustomerId former) implements AccountOwner {

    public Email pseudonym() {
      return user.email();
    }
  }

  /** The current or former Stripe customer of the owner. */
  default Optional<CustomerId> customer() {
    return switch (this) {
      case Known(var user) -> user.customer();
      case Leaving(_, var former) -> Optional.ofNullable(former);
    };
  }
}
