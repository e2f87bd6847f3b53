package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A charge, with its refunds and its dispute. {@code amount} is in minor units, {@code created} in
 * seconds since 1970.
 */
record Charge(
    String id,
    String paymentIntent,
    long amount,
    String currency,
    @Nullable String customer,
    Map<String, String> metadata,
    long created,
    List<Refund> refunds,
    @Nullable Dispute dispute) {

  /** A charge for the order's total. Its id derives from the payment intent's. */
  static Charge of(String paymentIntent, Order order, long created) {
    return new Charge(
        "ch_" + paymentIntent.substring("pi_".length()),
        paymentIntent,
        order.total(),
        order.currency(),
        order.customer(),
        order.paymentMetadata(),
        created,
        List.of(),
        null);
  }

  /** The sum of the refunds so far, in minor units. */
  long amountRefunded() {
    return refunds.stream().mapToLong(Refund::amount).reduce(0, Math::addExact);
  }

  /** Adds a refund. Fails if it exceeds the unrefunded amount, or if the charge is disputed. */
  Charge refunded(Refund.Wanted wanted, String refundId, long at) {
    var left = Math.subtractExact(amount, amountRefunded());
    if (left == 0) {
      throw StripeError.invalid(
          "charge_already_refunded", null, "Charge " + id + " has already been refunded.");
    }
    if (dispute != null && !dispute.isWon()) {
      throw StripeError.invalid(
          "charge_disputed",
          null,
          "Charge " + id + " has been charged back; cannot issue a refund.");
    }
    var refund = wanted.of(left, refundId, at);
    if (refund.amount() > left) {
      throw StripeError.invalid(
          "amount_too_large",
          "amount",
          "Refund amount ("
              + refund.amount()
              + ") is greater than unrefunded amount on charge ("
              + left
              + ").");
    }
    return with(Stream.concat(refunds.stream(), Stream.of(refund)).toList(), dispute);
  }

  /**
   * Opens a dispute over {@code wanted} minor units, or over the whole charge if that is null.
   * Fails if the charge has been disputed before.
   */
  Dispute newDispute(@Nullable Long wanted, String disputeId, String transactionId, long at) {
    if (dispute != null) {
      throw StripeError.invalid(null, null, "Charge " + id + " has been disputed before.");
    }
    var disputed = wanted == null ? amount : wanted;
    if (disputed > amount) {
      throw StripeError.invalid(
          "amount_too_large",
          "amount",
          "The disputed amount must not exceed the charge (" + amount + ").");
    }
    return Dispute.opened(disputeId, disputed, transactionId, at);
  }

  /** The dispute, which has not been won. Fails if there is none. */
  Dispute openDispute() {
    if (dispute == null || dispute.isWon()) {
      throw StripeError.invalid(null, null, "Charge " + id + " has no dispute to win.");
    }
    return dispute;
  }

  Charge with(Dispute next) {
    return with(refunds, next);
  }

  private Charge with(List<Refund> refunds, @Nullable Dispute dispute) {
    return new Charge(
        id, paymentIntent, amount, currency, customer, metadata, created, refunds, dispute);
  }

  /** Stripe's JSON of this charge. */
  ObjectNode json() {
    var refunded = amountRefunded();
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("object", "charge")
            .put("amount", amount)
            .put("amount_captured", amount)
            .put("amount_refunded", refunded)
            .put("captured", true)
            .put("created", created)
            .put("currency", currency)
            .put("customer", customer)
            .put("disputed", dispute != null)
            .put("livemode", false)
            .put("paid", true)
            .put("payment_intent", paymentIntent)
            .put("refunded", refunded == amount)
            .put("status", "succeeded");
    metadata.forEach(json.putObject("metadata")::put);
    return json;
  }
}
