package dev.photocredits.stripe;

import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.SaleTerms;
import dev.photocredits.values.Email;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the fields that we need from a Checkout Session. */
record SessionJson(StripeJson json) {
  /** The metadata key that holds the purchase order's id. */
  static final String PURCHASE_ORDER = "purchase_order";

  private static final Set<String> NOTHING_OWED = Set.of("paid", "no_payment_required");

  /**
   * The payment intent's statuses after a delayed payment has failed. While a bank transfer or
   * voucher is still unpaid, the status is {@code processing} or {@code requires_action}.
   */
  private static final Set<String> PAYMENT_FAILED = Set.of("requires_payment_method", "canceled");

  String id() {
    return json.text("id");
  }

  boolean isSession() {
    return json.isObject() && !id().isBlank();
  }

  boolean owesNothing() {
    return NOTHING_OWED.contains(json.text("payment_status"));
  }

  /** Whether its mode is {@code payment} or absent, rather than a subscription or setup. */
  boolean isPayment() {
    var mode = json.text("mode");
    return mode.isEmpty() || mode.equals("payment");
  }

  /**
   * What was sold, according to the metadata. Empty if the metadata is not ours: ours names a user,
   * and a purchase order or a known pack.
   */
  Optional<SaleTerms> terms() {
    var order =
        PurchaseOrderId.parse(metadata(PURCHASE_ORDER))
            .or(() -> PurchaseOrderId.parse(json.text("client_reference_id")));
    var pack = CreditPackage.find(metadata("package"));
    return order.isEmpty() && pack.isEmpty()
        ? Optional.empty()
        : Email.parse(metadata("user_email"))
            .map(buyer -> new SaleTerms(buyer, order.orElse(null), pack.orElse(null), currency()));
  }

  private String metadata(String name) {
    return json.at("metadata").text(name);
  }

  private @Nullable String currency() {
    var currency = json.text("currency");
    return currency.isEmpty() ? null : currency;
  }

  /** The session as a paid one, with the given terms. */
  PaidSession paid(SaleTerms terms) {
    var payment = json.idOf("payment_intent");
    return new PaidSession(
        new SessionId(id()),
        terms,
        PaymentJson.money(json, "amount_total").orElse(null),
        payment.isEmpty() ? null : new PaymentIntentId(payment));
  }

  /** The current state of the session; empty if its mode or metadata is not ours. */
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
    return switch (json.text("status")) {
      case "complete" -> {
        if (owesNothing()) {
          yield Status.PAID;
        }
        // If a delayed payment fails, the session does not change; only its payment intent does.
        var intent = json.at("payment_intent").text("status");
        yield PAYMENT_FAILED.contains(intent) ? Status.EXPIRED : Status.PENDING;
      }
      case "expired" -> Status.EXPIRED;
      default -> Status.OPEN;
    };
  }
}
