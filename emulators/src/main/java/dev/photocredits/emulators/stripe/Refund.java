package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A refund. {@code amount} is in minor units, {@code created} in seconds since 1970. */
record Refund(
    String id, long amount, @Nullable String reason, Map<String, String> metadata, long created) {
  private static final Set<String> REASONS =
      Set.of("duplicate", "fraudulent", "requested_by_customer");

  /** The parameters of a refund. A null amount means all that is left of the charge. */
  record Wanted(@Nullable Long amount, @Nullable String reason, Map<String, String> metadata) {
    static Wanted from(Form form) {
      var reason = form.text("reason").orElse(null);
      if (reason != null && !REASONS.contains(reason)) {
        throw StripeError.invalid(
            null,
            "reason",
            "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer");
      }
      return new Wanted(form.amount(), reason, form.metadata("metadata"));
    }

    Refund of(long left, String id, long created) {
      return new Refund(id, amount == null ? left : amount, reason, metadata, created);
    }
  }

  /** Stripe's JSON of this refund. */
  ObjectNode json(Charge charge) {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("object", "refund")
            .put("amount", amount)
            .putNull("balance_transaction")
            .put("charge", charge.id())
            .put("created", created)
            .put("currency", charge.currency())
            .put("payment_intent", charge.paymentIntent())
            .put("reason", reason)
            .put("status", "succeeded");
    metadata.forEach(json.putObject("metadata")::put);
    return json;
  }
}
