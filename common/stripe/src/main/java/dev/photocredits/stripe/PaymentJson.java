package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
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

/**
 * Reads the fields that we need from charges, refunds and disputes. Reading them by name makes it
 * understand objects of any API version.
 */
final class PaymentJson {
  /** Stripe's own limit for an amount: twelve digits. */
  private static final long MOST = 999_999_999_999L;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,255}");

  private static final Pattern CURRENCY = Pattern.compile("[a-z]{3}");

  private PaymentJson() {}

  /** The id in {@code payment_intent}, expanded or not; an empty text if there is no valid one. */
  static String intent(JsonNode json) {
    var intent = json.path("payment_intent");
    return id(intent.isObject() ? intent.path("id") : intent);
  }

  /** An amount in minor units; empty if it is negative, too large or no whole number. */
  private static Optional<Long> amount(JsonNode json) {
    return signed(json).filter(amount -> amount >= 0);
  }

  private static Optional<Long> signed(JsonNode json) {
    return json.isIntegralNumber() && json.canConvertToLong() && Math.abs(json.longValue()) <= MOST
        ? Optional.of(json.longValue())
        : Optional.empty();
  }

  /** The total of a charge's refunds. */
  static Optional<PaymentUpdate> refunded(JsonNode charge) {
    return money(charge, "amount_refunded")
        .filter(_ -> !intent(charge).isEmpty())
        .map(total -> new PaymentUpdate.RefundTotal(payment(charge), total));
  }

  /**
   * The current state of a refund. An unknown status counts as pending: the refund may still
   * succeed, and an event reports it if it fails.
   */
  static Optional<PaymentUpdate> refund(JsonNode refund) {
    return money(refund, "amount")
        .filter(_ -> refund.path("object").asText("").equals("refund"))
        .filter(_ -> !intent(refund).isEmpty() && !id(refund.path("id")).isEmpty())
        .map(
            amount ->
                new PaymentUpdate.Refund(
                    payment(refund),
                    new RefundId(id(refund.path("id"))),
                    new RefundState(amount, status(refund.path("status").asText("")))));
  }

  private static Status status(String status) {
    return switch (status) {
      case "succeeded" -> Status.SUCCEEDED;
      case "failed", "canceled" -> Status.FAILED;
      default -> Status.PENDING;
    };
  }

  /** The id of a dispute; empty if the id is invalid or the dispute names no payment. */
  static Optional<DisputeId> disputeId(JsonNode dispute) {
    return intent(dispute).isEmpty() || id(dispute.path("id")).isEmpty()
        ? Optional.empty()
        : Optional.of(new DisputeId(id(dispute.path("id"))));
  }

  /**
   * The state of a dispute, with the amounts that were withdrawn and returned. They are the sums of
   * the dispute's balance transactions, without fees. Empty if the dispute does not list them.
   */
  static Optional<PaymentUpdate.Dispute> dispute(JsonNode dispute) {
    var disputed = money(dispute, "amount");
    var transactions = dispute.path("balance_transactions");
    if (disputed.isEmpty() || disputeId(dispute).isEmpty() || !transactions.isArray()) {
      return Optional.empty();
    }
    var first = 0L;
    var withdrawn = 0L;
    var returned = 0L;
    var currency = "";
    for (var transaction : transactions) {
      var amount = signed(transaction.path("amount"));
      var transactionCurrency = transaction.path("currency").asText("");
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
    if (dispute.path("status").asText("").equals("won")) {
      returned = Math.max(returned, withdrawn);
    }
    return Optional.of(
        new PaymentUpdate.Dispute(
            payment(dispute),
            disputeId(dispute).orElseThrow(),
            new DisputeState(disputed.get(), first, withdrawn, returned)));
  }

  /** The text if it is a possible Stripe id, else an empty text. */
  static String id(JsonNode text) {
    return text.isTextual() && ID.matcher(text.textValue()).matches() ? text.textValue() : "";
  }

  private static PaymentIntentId payment(JsonNode json) {
    return new PaymentIntentId(intent(json));
  }

  /** The named amount in the object's currency; empty if either is missing or invalid. */
  static Optional<Money> money(JsonNode json, String amount) {
    var currency = json.path("currency").asText("");
    return CURRENCY.matcher(currency).matches()
        ? amount(json.path(amount)).map(minorUnits -> new Money(minorUnits, currency))
        : Optional.empty();
  }
}
