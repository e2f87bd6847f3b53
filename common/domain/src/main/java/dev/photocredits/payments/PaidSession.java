package dev.photocredits.payments;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Checkout Session that the provider says is paid, or that needs no payment.
 *
 * @param paid what the package cost after discounts
 * @param charge what refunds and disputes will be about, unless nothing was to pay
 * @param moved what has become of its money since, as far as the provider was asked
 */
public record PaidSession(
    SessionId id,
    Email email,
    CreditPackage pack,
    Money paid,
    @Nullable Charge charge,
    List<MoneyMoved> moved) {
  public PaidSession {
    moved = List.copyOf(moved);
  }

  /** A session of which nobody has asked what has become of its money. */
  public PaidSession(
      SessionId id, Email email, CreditPackage pack, Money paid, @Nullable Charge charge) {
    this(id, email, pack, paid, charge, List.of());
  }

  /** The same session, of which that has become. */
  public PaidSession after(List<MoneyMoved> known) {
    return new PaidSession(id, email, pack, paid, charge, known);
  }
}
