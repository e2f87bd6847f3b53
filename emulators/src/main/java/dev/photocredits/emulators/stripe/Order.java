package dev.photocredits.emulators.stripe;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a Checkout Session sells, parsed from the parameters that created it. Amounts are in minor
 * units of the currency.
 */
record Order(
    @Nullable String customer,
    List<Line> lines,
    String currency,
    String successUrl,
    @Nullable String cancelUrl,
    @Nullable String clientReferenceId,
    Map<String, String> metadata,
    Map<String, String> paymentMetadata) {
  /** A line item. {@code amount} is the unit price. */
  record Line(String name, @Nullable String description, long amount, long quantity) {}

  private static final long MIN_AMOUNT = 50;
  private static final long MAX_AMOUNT = 99_999_999;
  private static final String SESSION_ID = "{CHECKOUT_SESSION_ID}";
  private static final Set<String> PARAMETERS =
      Set.of(
          "mode",
          "customer",
          "adaptive_pricing[enabled]",
          "client_reference_id",
          "success_url",
          "cancel_url",
          "metadata[*]",
          "payment_intent_data[metadata][*]",
          "line_items[#][price]",
          "line_items[#][quantity]",
          "line_items[#][price_data][currency]",
          "line_items[#][price_data][unit_amount]",
          "line_items[#][price_data][product_data][name]",
          "line_items[#][price_data][product_data][description]");

  static Order from(Form form) {
    var mode = form.onlyWith(PARAMETERS).required("mode");
    if (!mode.equals("payment")) {
      throw StripeError.invalid(
          null,
          "mode",
          Set.of("setup", "subscription").contains(mode)
              ? "This sandbox supports one-time payments only: mode must be payment"
              : "Invalid mode: must be one of payment, setup, or subscription");
    }
    var successUrl = url("success_url", form.required("success_url"));
    var cancelUrl = form.text("cancel_url").map(url -> url("cancel_url", url)).orElse(null);
    if (!form.has("line_items[0]")) {
      throw StripeError.missing("line_items");
    }
    var currency = currency(form, "line_items[0][price_data][currency]");
    var lines = new ArrayList<Line>();
    var index = 0;
    for (var item = item(index); form.has(item); item = item(++index)) {
      lines.add(line(form, item));
      if (!currency.equals(currency(form, item + "[price_data][currency]"))) {
        throw StripeError.invalid(
            null, "line_items", "All line items of a session must have the same currency.");
      }
    }
    var order =
        new Order(
            form.text("customer").orElse(null),
            List.copyOf(lines),
            currency,
            successUrl,
            cancelUrl,
            form.text("client_reference_id").orElse(null),
            form.metadata("metadata"),
            form.metadata("payment_intent_data[metadata]"));
    var total = order.total();
    if (total > MAX_AMOUNT) {
      throw StripeError.invalid(
          "amount_too_large", "line_items", "Amount must be no more than " + MAX_AMOUNT + ".");
    }
    if (total != 0 && total < MIN_AMOUNT) {
      throw StripeError.invalid(
          "amount_too_small",
          "line_items",
          "The Checkout Session's total amount must be at least " + MIN_AMOUNT + " minor units.");
    }
    return order;
  }

  private static String item(int index) {
    return "line_items[" + index + "]";
  }

  private static Line line(Form form, String item) {
    var price = form.text(item + "[price]");
    if (price.isPresent()) {
      throw StripeError.noSuch("price", price.get(), item + "[price]");
    }
    var data = item + "[price_data]";
    var name = form.required(data + "[product_data][name]");
    var amount = form.requiredInteger(data + "[unit_amount]");
    if (amount < 0) {
      throw StripeError.invalid(
          "parameter_invalid_integer",
          data + "[unit_amount]",
          "This value must be greater than or equal to 0.");
    }
    if (amount > MAX_AMOUNT) {
      throw StripeError.invalid(
          "amount_too_large",
          data + "[unit_amount]",
          "Amount must be no more than " + MAX_AMOUNT + ".");
    }
    var quantity = form.requiredInteger(item + "[quantity]");
    if (quantity < 1 || quantity > 999_999) {
      throw StripeError.invalid(
          "parameter_invalid_integer",
          item + "[quantity]",
          "This value must be between 1 and 999999.");
    }
    return new Line(
        name, form.text(data + "[product_data][description]").orElse(null), amount, quantity);
  }

  private static String currency(Form form, String name) {
    var currency = form.required(name);
    var known =
        Currency.getAvailableCurrencies().stream()
            .anyMatch(it -> it.getCurrencyCode().equalsIgnoreCase(currency));
    if (!known) {
      throw StripeError.invalid(null, name, "Invalid currency: " + currency + ".");
    }
    return currency.toLowerCase(Locale.ROOT);
  }

  private static String url(String name, String url) {
    try {
      var parsed = new URI(url.replace(SESSION_ID, "id"));
      if (parsed.getHost() != null && Set.of("http", "https").contains(parsed.getScheme())) {
        return url;
      }
    } catch (URISyntaxException _) {
      // rejected below, like any text that is not a web address
    }
    throw StripeError.invalid("url_invalid", name, "Not a valid URL");
  }

  /** The total price of all line items. */
  long total() {
    return lines.stream()
        .mapToLong(line -> Math.multiplyExact(line.amount(), line.quantity()))
        .reduce(0, Math::addExact);
  }

  /** The URL that the customer returns to after paying, with the session's id filled in. */
  String successUrl(String sessionId) {
    return successUrl.replace(SESSION_ID, sessionId);
  }
}
