package dev.photocredits.payments;

import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import java.util.UUID;

/**
 * The payment provider. Each method throws {@link PaymentsUnavailable} when the provider refused,
 * failed or did not answer in time: the outcome is unknown, and the same attempt again settles it.
 *
 * <p>A repeat of an attempt within a day has the result of the first call, even if that failed.
 */
public interface Payments {

  /** What became of an attempt to create a customer. */
  sealed interface CustomerOutcome {}

  /** What became of an attempt to open a session. */
  sealed interface SessionOutcome {}

  /** There is such a customer; they may have been deleted since, if this is a repeat. */
  record CustomerCreated(CustomerId customer) implements CustomerOutcome {}

  /** The session is open. */
  record SessionOpened(CheckoutSession session) implements SessionOutcome {}

  /** The customer has been deleted at the provider. No session was opened. */
  record CustomerDeleted() implements SessionOutcome {}

  /**
   * The provider has failed under this attempt, or knows it as a request with other parameters, and
   * says so to every repeat. Nothing will be returned under it, so that another attempt may replace
   * it.
   */
  record AttemptSpent() implements CustomerOutcome, SessionOutcome {}

  /** Creates a customer with that address. */
  CustomerOutcome createCustomer(Email email, UUID attempt);

  /**
   * Opens a page where the customer can pay for the purchase order, whose id is that of the
   * attempt. With another customer it is another attempt. Nothing is granted by it.
   */
  SessionOutcome openSession(PurchaseOrder order, CustomerId customer);
}
