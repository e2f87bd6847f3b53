package dev.photocredits.simulator.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.simulator.stripe.SimulatedStripe.Event;
import dev.photocredits.simulator.stripe.SimulatedStripe.Terms;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The part of Stripe's API that we call, backed by a {@link SimulatedStripe}. */
public final class StripeApi {
  private static final int PAGE = 5;

  private final SimulatedStripe stripe;
  private final Map<String, Recorded> recorded = new HashMap<>();
  private boolean fails;

  /** The request that first used an idempotency key, and its response. */
  private record Recorded(Map<String, String> form, Answer answer) {}

  /**
   * A response.
   *
   * @param isReplay whether it repeats an earlier response to the same idempotency key
   */
  public record Answer(int status, JsonNode body, boolean isReplay) {
    static Answer ok(JsonNode body) {
      return new Answer(200, body, false);
    }

    static Answer error(int status, String type, String param) {
      var body = JsonNodeFactory.instance.objectNode();
      body.putObject("error").put("type", type).put("param", param).put("message", type);
      return new Answer(status, body, false);
    }

    static Answer missing(String param) {
      var answer = error(400, "invalid_request_error", param);
      ((ObjectNode) answer.body.path("error")).put("code", "resource_missing");
      return answer;
    }

    private Answer again() {
      return new Answer(status, body, true);
    }
  }

  public StripeApi(SimulatedStripe stripe) {
    this.stripe = stripe;
  }

  /** Creates an object, once for each idempotency key. */
  public Answer post(String path, Map<String, String> form, String key) {
    var before = recorded.get(key);
    if (before != null) {
      return before.form.equals(form)
          ? before.answer.again()
          : Answer.error(400, "idempotency_error", "idempotency_key");
    }
    var answer = fails ? Answer.error(500, "api_error", "none") : created(path, form);
    fails = false;
    recorded.put(key, new Recorded(form, answer));
    return answer;
  }

  /** Sets whether the next creation fails; repeats with its idempotency key then fail as well. */
  public void failNext(boolean now) {
    fails = now;
  }

  private Answer created(String path, Map<String, String> form) {
    return switch (path) {
      case "/v1/customers" -> customer(form);
      case "/v1/checkout/sessions" -> session(form);
      default -> Answer.error(404, "invalid_request_error", "path");
    };
  }

  private Answer customer(Map<String, String> form) {
    var id = stripe.id("cus_");
    stripe.createCustomer(id, form.getOrDefault("email", ""));
    return Answer.ok(JsonNodeFactory.instance.objectNode().put("id", id));
  }

  private Answer session(Map<String, String> form) {
    if (!stripe.customers.containsKey(form.getOrDefault("customer", ""))) {
      return Answer.missing("customer");
    }
    var metadata = within(form, "metadata[");
    var cents = Long.parseLong(form.getOrDefault("line_items[0][price_data][unit_amount]", "0"));
    // The customer buys what the checkout page shows.
    var sold =
        new Terms(
            metadata.getOrDefault("package", ""),
            Integer.parseInt(metadata.getOrDefault("credits", "0")),
            cents);
    var session =
        stripe.open(
            form.getOrDefault("customer", ""),
            metadata,
            within(form, "payment_intent_data[metadata]["),
            form.get("client_reference_id"),
            sold,
            cents);
    return Answer.ok(session.expanded());
  }

  private static Map<String, String> within(Map<String, String> form, String prefix) {
    var found = new LinkedHashMap<String, String>();
    form.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length(), name.length() - 1), value);
          }
        });
    return found;
  }

  /** Gets the object or list at this path, with all references expanded. */
  public Answer get(String path, String query) {
    var name = path.substring(path.lastIndexOf('/') + 1);
    var params = form(query);
    if (path.equals("/v1/events")) {
      return events(query, params);
    }
    if (params.containsKey("created[gte]")) {
      return createdSince(path, params);
    }
    if (path.equals("/v1/refunds") || path.equals("/v1/disputes")) {
      return listOfPayment(path, params);
    }
    @Nullable ObjectNode found =
        switch (path.substring(0, path.lastIndexOf('/'))) {
          case "/v1/checkout/sessions" -> {
            var session = stripe.sessions.get(name);
            yield session == null || !session.isOfOurAccount() ? null : session.expanded();
          }
          case "/v1/payment_intents" -> {
            var payment = stripe.payment(name);
            yield payment == null ? null : payment.intentJson();
          }
          case "/v1/charges" -> {
            var payment = stripe.payment(name);
            yield payment == null ? null : payment.chargeJson();
          }
          case "/v1/refunds" -> {
            var refund = stripe.refund(name);
            yield refund == null ? null : refund.json();
          }
          case "/v1/disputes" -> {
            var dispute = stripe.dispute(name);
            yield dispute == null ? null : dispute.json();
          }
          default -> null;
        };
    return found == null ? Answer.error(404, "invalid_request_error", "id") : Answer.ok(found);
  }

  /** Lists the objects of our account that were created since then, newest first. */
  private Answer createdSince(String path, Map<String, String> params) {
    var since = Instant.ofEpochSecond(Long.parseLong(params.getOrDefault("created[gte]", "0")));
    var status = params.get("status");
    var ours =
        stripe.sessions.values().stream().filter(SimulatedStripe.Session::isOfOurAccount).toList();
    var payments = ours.stream().flatMap(session -> Stream.ofNullable(session.payment)).toList();
    var found =
        switch (path) {
          case "/v1/checkout/sessions" ->
              ours.stream()
                  .filter(session -> !session.created.isBefore(since))
                  .map(SimulatedStripe.Session::listed)
                  .filter(json -> status == null || status.equals(json.path("status").asText()))
                  .toList();
          case "/v1/refunds" ->
              payments.stream()
                  .flatMap(payment -> payment.refunds.stream())
                  .filter(refund -> !refund.created.isBefore(since))
                  .map(SimulatedStripe.Refund::json)
                  .toList();
          default ->
              payments.stream()
                  .flatMap(payment -> payment.disputes.stream())
                  .filter(dispute -> !dispute.created.isBefore(since))
                  .map(SimulatedStripe.Dispute::json)
                  .toList();
        };
    var after = params.get("starting_after");
    var rest =
        found.reversed().stream()
            .dropWhile(json -> after != null && !json.path("id").asText().equals(after))
            .skip(after == null ? 0 : 1)
            .toList();
    return list(rest.stream().limit(PAGE).toList(), rest.size() > PAGE);
  }

  private Answer listOfPayment(String path, Map<String, String> params) {
    var payment =
        stripe.payment(params.getOrDefault("payment_intent", params.getOrDefault("charge", "")));
    if (payment == null) {
      return list(List.of(), false);
    }
    return path.endsWith("refunds")
        ? list(payment.refunds.stream().map(SimulatedStripe.Refund::json).toList(), false)
        : list(payment.disputes.stream().map(SimulatedStripe.Dispute::json).toList(), false);
  }

  private Answer events(String query, Map<String, String> params) {
    var types =
        List.of(query.split("&", -1)).stream()
            .filter(param -> param.startsWith("types"))
            .map(param -> URLDecoder.decode(param.substring(param.indexOf('=') + 1), UTF_8))
            .toList();
    var since = Long.parseLong(params.getOrDefault("created[gte]", "0"));
    var until = Long.parseLong(params.getOrDefault("created[lte]", "9999999999"));
    var found =
        stripe.listed().stream()
            .filter(event -> types.isEmpty() || types.contains(event.type()))
            .filter(event -> event.created().getEpochSecond() >= since)
            .filter(event -> event.created().getEpochSecond() <= until)
            .toList();
    var from = 0;
    var after = params.get("starting_after");
    if (after != null) {
      // The list is newest first, and ids increase.
      if (stripe.listed().stream().noneMatch(event -> event.id().equals(after))) {
        return Answer.error(400, "invalid_request_error", "starting_after");
      }
      var number = number(after);
      while (from < found.size() && number(found.get(from).id()) >= number) {
        from++;
      }
    }
    var rest = found.subList(from, found.size());
    return list(rest.stream().limit(PAGE).map(Event::body).toList(), rest.size() > PAGE);
  }

  private static int number(String event) {
    return Integer.parseInt(event.substring("evt_".length()));
  }

  private static Answer list(List<ObjectNode> data, boolean hasMore) {
    var body = JsonNodeFactory.instance.objectNode().put("object", "list");
    body.put("has_more", hasMore).put("url", "/v1/list").putArray("data").addAll(data);
    return Answer.ok(body);
  }

  public static Map<String, String> form(String text) {
    var form = new LinkedHashMap<String, String>();
    for (var field : text.split("&", -1)) {
      var split = field.indexOf('=');
      if (split > 0) {
        form.put(
            URLDecoder.decode(field.substring(0, split), UTF_8),
            URLDecoder.decode(field.substring(split + 1), UTF_8));
      }
    }
    return form;
  }
}
