package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.MoneyMoved.Reinstated;
import dev.photocredits.credits.MoneyMoved.Withdrawn;
import dev.photocredits.credits.PaymentIntentId;
import java.util.Optional;
import java.util.regex.Pattern;

/** What we read of charges and disputes, by name, so that any API version is understood. */
final class PaymentJson {
  /** Stripe's own limit of an amount: twelve digits. */
  private static final long MOST = 999_999_999_999L;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,255}");

  private PaymentJson() {}

  /** The id in {@code payment_intent}, expanded or not; empty if there is none that can be one. */
  static String intent(JsonNode json) {
    var intent = json.path("payment_intent");
    return id(intent.isObject() ? intent.path("id") : intent);
  }

  /** An amount in minor units, if it can be one. */
  static Optional<Long> amount(JsonNode json) {
    return json.isIntegralNumber()
            && json.canConvertToLong()
            && json.longValue() >= 0
            && json.longValue() <= MOST
        ? Optional.of(json.longValue())
        : Optional.empty();
  }

  /** What a charge says of its refunds, all of them together. */
  static Optional<MoneyMoved> refunded(JsonNode charge) {
    return amount(charge.path("amount_refunded"))
        .filter(_ -> !intent(charge).isEmpty())
        .map(total -> new Refunded(payment(charge), money(charge, total)));
  }

  static Optional<MoneyMoved> withdrawn(JsonNode dispute) {
    return amount(dispute.path("amount"))
        .filter(_ -> isDispute(dispute))
        .map(
            amount ->
                new Withdrawn(payment(dispute), id(dispute.path("id")), money(dispute, amount)));
  }

  static Optional<MoneyMoved> reinstated(JsonNode dispute) {
    return isDispute(dispute)
        ? Optional.of(new Reinstated(payment(dispute), id(dispute.path("id"))))
        : Optional.empty();
  }

  private static boolean isDispute(JsonNode dispute) {
    return !intent(dispute).isEmpty() && !id(dispute.path("id")).isEmpty();
  }

  private static String id(JsonNode text) {
    return text.isTextual() && ID.matcher(text.textValue()).matches() ? text.textValue() : "";
  }

  private static PaymentIntentId payment(JsonNode json) {
    return new PaymentIntentId(intent(json));
  }

  private static Money money(JsonNode json, long amount) {
    var currency = json.path("currency").asText("");
    return currency.matches("[a-z]{3}") ? new Money(amount, currency) : Money.usd(amount);
  }
}
