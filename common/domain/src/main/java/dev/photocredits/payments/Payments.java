package dev.photocredits.payments;

import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import java.util.UUID;

/**
 * The payment provider. What sells throws {@link PaymentsUnavailable} when the provider refused,
 * failed or did not answer in time.
 */
public interface Payments {

  /** The customer of that address: a repeat or a race within a day returns the same one. */
  CustomerId createCustomer(Email email);

  /**
   * Opens a page where the customer can pay for the package. Nothing is granted by it.
   *
   * @param attempt a repeat of the same attempt within a day returns the same session
   */
  CheckoutSession openSession(Email email, CustomerId customer, CreditPackage pack, UUID attempt);
}
