package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.PaidSession;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What we read of a Checkout Session, by name, so that any API version is understood. */
record SessionJson(JsonNode json) {
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

  /** Whether it was sold in the package's currency, or does not say in which. */
  boolean isInCurrencyOf(CreditPackage pack) {
    var currency = pack.price().currency();
    return json.path("currency").asText(currency).equals(currency);
  }

  Optional<Email> email() {
    return Email.parse(json.path("metadata").path("user_email").asText(""));
  }

  Optional<CreditPackage> pack() {
    return CreditPackage.find(json.path("metadata").path("package").asText(""));
  }

  /** The session as what it grants; its metadata must name a user and a package. */
  PaidSession paid(Email email, CreditPackage pack) {
    return new PaidSession(new SessionId(id()), email, pack, price(pack), charge(pack));
  }

  /**
   * The session as it is now, unless its metadata are not ours.
   *
   * @param moved what has become of its money since, if it is paid
   */
  Optional<FoundSession> found(List<MoneyMoved> moved) {
    var email = email();
    var pack = pack();
    if (email.isEmpty() || pack.isEmpty() || !isPayment() || !isInCurrencyOf(pack.get())) {
      return Optional.empty();
    }
    var status = status();
    var paid = status == Status.PAID ? paid(email.get(), pack.get()).after(moved) : null;
    return Optional.of(
        new FoundSession(new SessionId(id()), email.get(), pack.get(), status, paid));
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

  // What the customer paid where a discount made it less than the price; no other figure counts.
  private Money price(CreditPackage pack) {
    var price = pack.price();
    return total()
        .filter(total -> total.currency().equals(price.currency()))
        .filter(total -> total.minorUnits() <= price.minorUnits())
        .orElse(price);
  }

  private @Nullable Charge charge(CreditPackage pack) {
    var payment = PaymentJson.intent(json);
    var amount = total().orElse(pack.price());
    return payment.isEmpty() || amount.minorUnits() == 0
        ? null
        : new Charge(new PaymentIntentId(payment), amount);
  }

  private Optional<Money> total() {
    return PaymentJson.money(json, "amount_total");
  }
}
