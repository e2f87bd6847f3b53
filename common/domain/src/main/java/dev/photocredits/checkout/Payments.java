package dev.photocredits.checkout;

import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import java.util.UUID;

/**
 * The payment provider. Each method throws {@link PaymentsUnavailable} if the provider refused,
 * failed or did not answer in time. Then the outcome is unknown: repeat the call with the same
 * attempt.
 *
 * <p>A repeat of an attempt within a day has the result of the first call, even if that call
 * failed.
 */
public interface Payments {

  /** The result of an attempt to create a customer. */
  sealed interface CustomerOutcome {}

  /** The result of an attempt to open a session. */
  sealed interface SessionOutcome {}

  /** The customer exists. If this is a repeat, the customer may have been deleted since. */
  record CustomerCreated(CustomerId customer) implements CustomerOutcome {}

  /** The session is open. */
  record SessionOpened(CheckoutSession session) implements SessionOutcome {}

  /** The customer was deleted at the provider. No session was opened. */
  record CustomerDeleted() implements SessionOutcome {}

  /**
   * The provider has failed under this attempt, or has seen it with other parameters, and repeats
   * that answer. The attempt will never return a result, so another attempt may replace it.
   */
  record AttemptFailed() implements CustomerOutcome, SessionOutcome {}

  /** Creates a customer with that address. */
  CustomerOutcome createCustomer(Email email, UUID attempt);

  /**
   * Opens a page on which the customer can pay for the purchase order. The id of the purchase order
   * is that of the attempt; with another customer it counts as another attempt. Grants nothing.
   */
  SessionOutcome openSession(PurchaseOrder order, CustomerId customer);
}
