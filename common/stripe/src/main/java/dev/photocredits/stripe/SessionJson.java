package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PurchaseOrderId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.SaleTerms;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What we read of a Checkout Session, by name, so that any API version is understood. */
record SessionJson(JsonNode json) {
  /** The metadata that names the purchase order. */
  static final String PURCHASE_ORDER = "purchase_order";

  private static final Set<String> NOTHING_OWED = Set.of("paid", "no_payment_required");

  /**
   * A transfer or voucher that is not paid yet is {@code processing} or {@code requires_action}.
   */
  private static final Set<String> PAYMENT_FAILED = Set.of("requires_payment_method", "canceled");

  String id() {
    return json.path("id").asText("");
  }

  boolean isSession() {
    return json.isObject() && !id().isBlank();
  }

  boolean owesNothing() {
    return NOTHING_OWED.contains(json.path("payment_status").asText(""));
  }

  /** Whether it sells once, or does not say what it does; not a subscription, and no setup. */
  boolean isPayment() {
    return json.path("mode").asText("payment").equals("payment");
  }

  /**
   * What the metadata say was sold, if they are ours: they name a user, and a purchase order or a
   * pack that we know.
   */
  Optional<SaleTerms> terms() {
    var order =
        PurchaseOrderId.parse(metadata(PURCHASE_ORDER))
            .or(() -> PurchaseOrderId.parse(json.path("client_reference_id").asText("")));
    var pack = CreditPackage.find(metadata("package"));
    return order.isEmpty() && pack.isEmpty()
        ? Optional.empty()
        : Email.parse(metadata("user_email"))
            .map(buyer -> new SaleTerms(buyer, order.orElse(null), pack.orElse(null), currency()));
  }

  private String metadata(String name) {
    return json.path("metadata").path(name).asText("");
  }

  private @Nullable String currency() {
    var currency = json.path("currency").asText("");
    return currency.isEmpty() ? null : currency;
  }

  /** The session as what it grants, with these terms of its own. */
  PaidSession paid(SaleTerms terms) {
    var payment = PaymentJson.intent(json);
    return new PaidSession(
        new SessionId(id()),
        terms,
        PaymentJson.money(json, "amount_total").orElse(null),
        payment.isEmpty() ? null : new PaymentIntentId(payment));
  }

  /** The session as it is now, unless its metadata are not ours. */
  Optional<FoundSession> found() {
    return terms()
        .filter(_ -> isPayment())
        .map(
            terms -> {
              var status = status();
              var paid = status == Status.PAID ? paid(terms) : null;
              return new FoundSession(new SessionId(id()), terms, status, paid);
            });
  }

  private Status status() {
    return switch (json.path("status").asText("")) {
      case "complete" -> {
        if (owesNothing()) {
          yield Status.PAID;
        }
        // A delayed payment that failed leaves the session as it was: only its intent tells.
        var intent = json.path("payment_intent").path("status").asText("");
        yield PAYMENT_FAILED.contains(intent) ? Status.EXPIRED : Status.PENDING;
      }
      case "expired" -> Status.EXPIRED;
      default -> Status.OPEN;
    };
  }
}
