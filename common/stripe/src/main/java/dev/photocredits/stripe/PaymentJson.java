package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.RefundId;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.RefundState.Status;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What we read of charges, refunds and disputes, by name, so that any API version is understood.
 */
final class PaymentJson {
  /** Stripe's own limit of an amount: twelve digits. */
  private static final long MOST = 999_999_999_999L;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,255}");

  private static final Pattern CURRENCY = Pattern.compile("[a-z]{3}");

  private PaymentJson() {}

  /** The id in {@code payment_intent}, expanded or not; empty if there is none that can be one. */
  static String intent(JsonNode json) {
    var intent = json.path("payment_intent");
    return id(intent.isObject() ? intent.path("id") : intent);
  }

  /** An amount in minor units, if it can be one. */
  private static Optional<Long> amount(JsonNode json) {
    return signed(json).filter(amount -> amount >= 0);
  }

  private static Optional<Long> signed(JsonNode json) {
    return json.isIntegralNumber() && json.canConvertToLong() && Math.abs(json.longValue()) <= MOST
        ? Optional.of(json.longValue())
        : Optional.empty();
  }

  /** What a charge says of its refunds, all of them together. */
  static Optional<MoneyMoved> refunded(JsonNode charge) {
    return money(charge, "amount_refunded")
        .filter(_ -> !intent(charge).isEmpty())
        .map(total -> new MoneyMoved.Refunded(payment(charge), total));
  }

  /**
   * A refund as it is. A status that we do not know counts as one on its way: it may still succeed,
   * and an event tells when it fails.
   */
  static Optional<MoneyMoved> refund(JsonNode refund) {
    return money(refund, "amount")
        .filter(_ -> refund.path("object").asText("").equals("refund"))
        .filter(_ -> !intent(refund).isEmpty() && !id(refund.path("id")).isEmpty())
        .map(
            amount ->
                new MoneyMoved.Refund(
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

  /** The id of a dispute over a payment, if it is one. */
  static Optional<DisputeId> disputeId(JsonNode dispute) {
    return intent(dispute).isEmpty() || id(dispute.path("id")).isEmpty()
        ? Optional.empty()
        : Optional.of(new DisputeId(id(dispute.path("id"))));
  }

  /**
   * A dispute with what was withdrawn and returned of it: the amounts of its balance transactions,
   * without fees. Nothing if it does not tell them.
   */
  static Optional<MoneyMoved.Dispute> dispute(JsonNode dispute) {
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
      var its = transaction.path("currency").asText("");
      if (amount.isEmpty() || !(currency.isEmpty() || currency.equals(its))) {
        return Optional.empty();
      }
      currency = its;
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
        new MoneyMoved.Dispute(
            payment(dispute),
            disputeId(dispute).orElseThrow(),
            new DisputeState(disputed.get(), first, withdrawn, returned)));
  }

  /** The text if it can be an id of Stripe's, else an empty one. */
  static String id(JsonNode text) {
    return text.isTextual() && ID.matcher(text.textValue()).matches() ? text.textValue() : "";
  }

  private static PaymentIntentId payment(JsonNode json) {
    return new PaymentIntentId(intent(json));
  }

  /** That amount in the object's currency, if both can be read. */
  static Optional<Money> money(JsonNode json, String amount) {
    var currency = json.path("currency").asText("");
    return CURRENCY.matcher(currency).matches()
        ? amount(json.path(amount)).map(minorUnits -> new Money(minorUnits, currency))
        : Optional.empty();
  }
}
