package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A dispute, for which the customer's bank withdrew {@code amount} minor units. {@code withdrawal}
 * is the balance transaction that withdraws them; {@code reinstatement} returns them once the
 * dispute is won.
 */
record Dispute(
    String id, long amount, Transaction withdrawal, @Nullable Transaction reinstatement) {
  /** A balance transaction at {@code created}, in seconds since 1970. */
  record Transaction(String id, long created) {}

  static Dispute opened(String id, long amount, String transactionId, long at) {
    return new Dispute(id, amount, new Transaction(transactionId, at), null);
  }

  Dispute won(String transactionId, long at) {
    return new Dispute(id, amount, withdrawal, new Transaction(transactionId, at));
  }

  boolean isWon() {
    return reinstatement != null;
  }

  /** Stripe's JSON of this dispute. Stripe does not copy the charge's metadata. */
  ObjectNode json(Charge charge) {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("object", "dispute")
            .put("amount", amount)
            .put("charge", charge.id())
            .put("created", withdrawal.created())
            .put("currency", charge.currency())
            .put("is_charge_refundable", false)
            .put("livemode", false)
            .put("payment_intent", charge.paymentIntent())
            .put("reason", "fraudulent")
            .put("status", isWon() ? "won" : "needs_response");
    json.putObject("metadata");
    var transactions = json.putArray("balance_transactions");
    transactions.add(transactionJson(withdrawal, Math.negateExact(amount), charge.currency()));
    if (reinstatement != null) {
      transactions.add(transactionJson(reinstatement, amount, charge.currency()));
    }
    return json;
  }

  private ObjectNode transactionJson(Transaction transaction, long amount, String currency) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", transaction.id())
        .put("object", "balance_transaction")
        .put("amount", amount)
        .put("created", transaction.created())
        .put("currency", currency)
        .put("fee", 0)
        .put("net", amount)
        .put("reporting_category", amount < 0 ? "dispute" : "dispute_reversal")
        .put("source", id)
        .put("type", "adjustment");
  }
}
