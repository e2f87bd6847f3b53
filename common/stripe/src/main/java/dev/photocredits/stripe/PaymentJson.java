package dev.photocredits.stripe;

import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.RefundState.Status;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the fields that we need from charges, refunds and disputes. */
final class PaymentJson {
  /** Stripe's own limit for an amount: twelve digits. */
  private static final long MOST = 999_999_999_999L;

  private static final Pattern CURRENCY = Pattern.compile("[a-z]{3}");

  private PaymentJson() {}

  /** The id of the payment intent; an empty text if there is no valid one. */
  static String intent(StripeJson json) {
    return json.idOf("payment_intent");
  }

  /** The named amount in minor units; empty if it is too large or no whole number. */
  private static Optional<Long> amount(StripeJson json, String name) {
    return json.number(name).filter(amount -> Math.abs(amount) <= MOST);
  }

  /** The total of a charge's refunds. */
  static Optional<PaymentUpdate> refunded(StripeJson charge) {
    return money(charge, "amount_refunded")
        .filter(_ -> !intent(charge).isEmpty())
        .map(total -> new PaymentUpdate.RefundTotal(payment(charge), total));
  }

  /**
   * The current state of a refund. An unknown status counts as pending: the refund may still
   * succeed, and an event reports it if it fails.
   */
  static Optional<PaymentUpdate> refund(StripeJson refund) {
    return money(refund, "amount")
        .filter(_ -> refund.text("object").equals("refund"))
        .filter(_ -> !intent(refund).isEmpty() && !refund.id().isEmpty())
        .map(
            amount ->
                new PaymentUpdate.RefundUpdate(
                    payment(refund),
                    new RefundId(refund.id()),
                    new RefundState(amount, status(refund.text("status")))));
  }

  private static Status status(String status) {
    return switch (status) {
      case "succeeded" -> Status.SUCCEEDED;
      case "failed", "canceled" -> Status.FAILED;
      default -> Status.PENDING;
    };
  }

  /** The id of a dispute; empty if the id is invalid or the dispute names no payment. */
  static Optional<DisputeId> disputeId(StripeJson dispute) {
    return intent(dispute).isEmpty() || dispute.id().isEmpty()
        ? Optional.empty()
        : Optional.of(new DisputeId(dispute.id()));
  }

  /**
   * The state of a dispute, with the amounts that were withdrawn and returned. They are the sums of
   * the dispute's balance transactions, without fees. Empty if the dispute does not list them.
   */
  static Optional<PaymentUpdate.DisputeUpdate> dispute(StripeJson dispute) {
    var disputed = money(dispute, "amount");
    var transactions = dispute.list("balance_transactions");
    if (disputed.isEmpty() || disputeId(dispute).isEmpty() || transactions.isEmpty()) {
      return Optional.empty();
    }
    var first = 0L;
    var withdrawn = 0L;
    var returned = 0L;
    var currency = "";
    for (var transaction : transactions.get()) {
      var amount = amount(transaction, "amount");
      var transactionCurrency = transaction.text("currency");
      if (amount.isEmpty() || !(currency.isEmpty() || currency.equals(transactionCurrency))) {
        return Optional.empty();
      }
      currency = transactionCurrency;
      if (amount.get() < 0) {
        first = first == 0 ? -amount.get() : first;
        withdrawn -= amount.get();
      } else {
        returned += amount.get();
      }
    }
    if (dispute.text("status").equals("won")) {
      returned = Math.max(returned, withdrawn);
    }
    return Optional.of(
        new PaymentUpdate.DisputeUpdate(
            payment(dispute),
            disputeId(dispute).orElseThrow(),
            new DisputeState(disputed.get(), first, withdrawn, returned)));
  }

  private static PaymentIntentId payment(StripeJson json) {
    return new PaymentIntentId(intent(json));
  }

  /**
   * The named amount in the object's currency; empty if either is missing or invalid, or the amount
   * is negative.
   */
  static Optional<Money> money(StripeJson json, String name) {
    var currency = json.text("currency");
    return CURRENCY.matcher(currency).matches()
        ? amount(json, name)
            .filter(minorUnits -> minorUnits >= 0)
            .map(minorUnits -> new Money(minorUnits, currency))
        : Optional.empty();
  }
}
