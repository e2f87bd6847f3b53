package dev.photocredits.checkout;

import dev.photocredits.values.SessionId;
import java.net.URI;

/**
 * A page of the payment provider on which a customer can pay.
 *
 * @param url where to send the customer
 */
public record CheckoutSession(SessionId id, URI url) {}
