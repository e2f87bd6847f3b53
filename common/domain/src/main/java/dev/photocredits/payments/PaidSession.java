package dev.photocredits.payments;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Checkout Session that the provider says is paid, or that needs no payment.
 *
 * @param total what was charged, taxes and discounts included, if the session tells
 * @param payment what refunds and disputes will be about, unless nothing was to pay
 * @param moved what has become of its money since, as far as the provider was asked
 */
public record PaidSession(
    SessionId id,
    SaleTerms terms,
    @Nullable Money total,
    @Nullable PaymentIntentId payment,
    List<MoneyMoved> moved) {
  public PaidSession {
    moved = List.copyOf(moved);
  }

  /** A session of which nothing is known to have become of its money. */
  public PaidSession(
      SessionId id, SaleTerms terms, @Nullable Money total, @Nullable PaymentIntentId payment) {
    this(id, terms, total, payment, List.of());
  }

  /** The same session, of which that has become. */
  public PaidSession after(List<MoneyMoved> known) {
    return new PaidSession(id, terms, total, payment, known);
  }

  /**
   * What the customer paid of that price: the total, where a discount made it less. A total that is
   * more includes taxes, which bought no credits.
   */
  Money paid(Money price) {
    return total != null && total.currency().equals(price.currency())
        ? new Money(Math.min(total.minorUnits(), price.minorUnits()), price.currency())
        : price;
  }

  /** What the customer was charged for that price, unless nothing was to pay. */
  @Nullable Charge charge(Money price) {
    var amount = total == null ? price : total;
    return payment == null || amount.minorUnits() == 0 ? null : new Charge(payment, amount);
  }
}
