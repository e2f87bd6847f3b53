package dev.photocredits.payments;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Checkout Session that is paid, or needs no payment, according to the provider.
 *
 * @param total what was charged, after discounts and including taxes; null if the session does not
 *     contain it
 * @param payment the payment to which refunds and disputes refer; null if there was nothing to pay
 * @param updates the updates of the payment since, if the provider was asked for them
 */
public record PaidSession(
    SessionId id,
    SaleTerms terms,
    @Nullable Money total,
    @Nullable PaymentIntentId payment,
    List<PaymentUpdate> updates) {
  public PaidSession {
    updates = List.copyOf(updates);
  }

  /** Creates a session without updates of its payment. */
  public PaidSession(
      SessionId id, SaleTerms terms, @Nullable Money total, @Nullable PaymentIntentId payment) {
    this(id, terms, total, payment, List.of());
  }

  /** Returns this session with the updates that its payment has received since. */
  public PaidSession withUpdates(List<PaymentUpdate> updates) {
    return new PaidSession(id, terms, total, payment, updates);
  }

  /**
   * What the customer paid of the price: the total if a discount made it less. A higher total
   * includes taxes, which bought no credits.
   */
  Money paid(Money price) {
    return total != null && total.currency().equals(price.currency())
        ? new Money(Math.min(total.minorUnits(), price.minorUnits()), price.currency())
        : price;
  }

  /**
   * The charge of the session, given the price of what it sold; null if there was nothing to pay.
   */
  @Nullable Charge charge(Money price) {
    var amount = total == null ? price : total;
    return payment == null || amount.minorUnits() == 0 ? null : new Charge(payment, amount);
  }
}
