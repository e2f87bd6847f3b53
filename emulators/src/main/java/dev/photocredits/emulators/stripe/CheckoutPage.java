package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.emulators.stripe.Call.Answer;
import dev.photocredits.emulators.stripe.CheckoutSession.PaymentStatus;
import dev.photocredits.emulators.stripe.Router.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.Duration;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The hosted page where a customer pays for a Checkout Session or cancels it. */
final class CheckoutPage {
  private static final Duration DELIVERY_WAIT = Duration.ofSeconds(2);
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

  private final Checkout checkout;
  private final Webhooks webhooks;
  private final String template = resource("checkout.html");

  CheckoutPage(Checkout checkout, Webhooks webhooks) {
    this.checkout = checkout;
    this.webhooks = webhooks;
  }

  static String path(String sessionId) {
    return "/c/pay/" + sessionId;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", path("*"), this::show),
        new Route("POST", path("*") + "/pay", call -> pay(call, false)),
        new Route("POST", path("*") + "/pay-delayed", call -> pay(call, true)),
        new Route("GET", path("*") + "/cancel", this::cancel));
  }

  private Answer show(Call call) {
    return checkout.find(call.id()).map(this::page).orElseGet(this::noSuchSession);
  }

  /**
   * Pays the session; a repeat does not pay twice. Waits briefly for the webhook to accept the
   * event, so that the credits are usually there when the customer returns.
   */
  private Answer pay(Call call, boolean delayed) throws InterruptedException {
    var found = checkout.find(call.id());
    if (found.isEmpty()) {
      return noSuchSession();
    }
    var id = found.get().id();
    CheckoutSession session;
    try {
      session = delayed ? checkout.payDelayed(id) : checkout.pay(id);
    } catch (StripeError _) {
      return page(checkout.find(id).orElseThrow());
    }
    var _ = webhooks.awaitDelivery(session.progress().events().getFirst().eventId(), DELIVERY_WAIT);
    return Answer.seeOther(session.order().successUrl(id));
  }

  private Answer cancel(Call call) {
    return checkout
        .find(call.id())
        .flatMap(session -> Optional.ofNullable(session.order().cancelUrl()))
        .map(Answer::seeOther)
        .orElseGet(this::noSuchSession);
  }

  private Answer page(CheckoutSession session) {
    var order = session.order();
    var lines = new StringBuilder();
    for (var line : order.lines()) {
      lines.append(
          """
          <li><div><strong>%s</strong>%s</div><span>%s</span></li>
          """
              .formatted(
                  escaped(
                      line.quantity() == 1 ? line.name() : line.quantity() + " × " + line.name()),
                  line.description() == null ? "" : "<p>" + escaped(line.description()) + "</p>",
                  escaped(
                      price(
                          Math.multiplyExact(line.amount(), line.quantity()), order.currency()))));
    }
    return filled(
        200, price(order.total(), order.currency()), "<ul>" + lines + "</ul>", actions(session));
  }

  private static String actions(CheckoutSession session) {
    var path = path(escaped(session.id()));
    var order = session.order();
    return switch (session.progress().status()) {
      case OPEN ->
          """
          <form method="post" action="%1$s/pay"><button class="pay">Pay %2$s</button></form>
          %3$s
          <form method="post" action="%1$s/pay-delayed"><button class="later">Pay with a delayed method</button></form>
          <p class="hint">Delayed: the checkout completes unpaid, and the payment succeeds a few \
          seconds later, as with a bank debit.</p>
          """
              .formatted(
                  path,
                  escaped(price(order.total(), order.currency())),
                  order.cancelUrl() == null
                      ? ""
                      : "<a class=\"cancel\" href=\"" + path + "/cancel\">Cancel</a>");
      case COMPLETE ->
          """
          <p class="state">%s</p>
          <a class="pay" href="%s">Back to the shop</a>
          """
              .formatted(
                  session.progress().payment() == PaymentStatus.UNPAID
                      ? "Checkout complete. The payment has not arrived."
                      : "Paid. You can close this page.",
                  escaped(order.successUrl(session.id())));
      case EXPIRED -> "<p class=\"state\">This checkout has expired. Nothing was paid.</p>";
    };
  }

  private Answer noSuchSession() {
    return filled(404, "Nothing to pay", "", "<p class=\"state\">There is no such checkout.</p>");
  }

  private Answer filled(int status, String title, String lines, String actions) {
    var html =
        template
            .replace("{{title}}", escaped(title))
            .replace("{{lines}}", lines)
            .replace("{{actions}}", actions);
    return Answer.page(status, html, POLICY);
  }

  /** Formats an amount in minor units for the United States: {@code $9.99}. */
  private static String price(long amount, String currency) {
    var unit = Currency.getInstance(currency.toUpperCase(Locale.ROOT));
    var digits = Math.max(0, unit.getDefaultFractionDigits());
    var format = NumberFormat.getCurrencyInstance(Locale.US);
    format.setCurrency(unit);
    format.setMinimumFractionDigits(digits);
    format.setMaximumFractionDigits(digits);
    return format.format(BigDecimal.valueOf(amount, digits));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;")
        .replace("{{", "&#123;&#123;");
  }

  private static String resource(String name) {
    try (var stream = CheckoutPage.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(stream, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
