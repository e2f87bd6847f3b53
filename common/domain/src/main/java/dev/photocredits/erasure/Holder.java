package dev.photocredits.erasure;

import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.User;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose an account is. */
public sealed interface Holder {

  /** The account as it is now. */
  User user();

  /** Somebody's own. */
  record Known(User user) implements Holder {}

  /**
   * A pseudonym's since the erasure of its owner began, which has not ended.
   *
   * @param user the account as the pseudonym has it
   * @param former who the owner was at the payment provider
   */
  record Leaving(User user, @Nullable CustomerId former) implements Holder {

    public Email pseudonym() {
      return user.email();
    }
  }

  /** Who the owner is, or was, at the payment provider. */
  default Optional<CustomerId> customer() {
    return switch (this) {
      case Known(var user) -> user.customer();
      case Leaving(_, var former) -> Optional.ofNullable(former);
    };
  }
}
