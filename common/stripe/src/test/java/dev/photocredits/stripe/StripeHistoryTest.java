package dev.photocredits.stripe;

import static dev.photocredits.stripe.FakeStripe.answering;
import static dev.photocredits.stripe.FakeStripe.error;
import static dev.photocredits.stripe.FakeStripe.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.RefundState.Status;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.ScriptedServer.Answer;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.payments.PaymentNotification.DisputeChanged;
import dev.photocredits.payments.PaymentNotification.MoneyReturned;
import dev.photocredits.payments.PaymentNotification.Nothing;
import dev.photocredits.payments.PaymentNotification.Paid;
import dev.photocredits.payments.PaymentNotification.Unusable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.payments.SaleTerms;
import dev.photocredits.reconciliation.PaymentHistory.Kind;
import dev.photocredits.reconciliation.PaymentHistory.ReportedEvent;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The real {@link StripeHistory} over real HTTP. */
final class StripeHistoryTest {
  private static final String KEY = StripePaymentsTest.KEY;
  private static final DisputeId DISPUTE_ID = new DisputeId("du_1");
  private static final Instant SINCE = Instant.parse("2026-11-23T12:00:00.999Z");
  private static final Instant UNTIL = Instant.parse("2026-11-23T13:00:00.001Z");
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");

  private static final String SESSION =
      """
      {"id": "cs_1", "object": "checkout.session", "amount_total": 999, "currency": "usd",
       "metadata": {"user_email": "ada@example.com", "package": "starter", "credits": "10"},
       "payment_intent": "pi_1", "payment_status": "paid", "status": "complete"}
      """;
  private static final String CHARGE =
      """
      {"id": "ch_1", "object": "charge", "amount": 999, "amount_refunded": 300, "currency": "usd",
       "payment_intent": "pi_1"}
      """;
  private static final String DISPUTE =
      """
      {"id": "du_1", "object": "dispute", "amount": 999, "currency": "usd", "payment_intent": "pi_1",
       "balance_transactions": [{"amount": -999, "currency": "usd", "fee": 1500, "net": -2499}]}
      """;
  private static final String REFUND =
      """
      {"id": "re_1", "object": "refund", "amount": 300, "currency": "usd", "payment_intent": "pi_1",
       "status": "failed"}
      """;

  @Test
  void a_page_is_requested_by_its_time_range_in_seconds_and_the_types_that_move_money() {
    try (var stripe = answering(list(false))) {

      var page = page(stripe, null);

      assertThat(page).isEqualTo(new Page<ReportedEvent>(List.of(), false));
      var call = stripe.calls().getFirst();
      assertThat(call.method()).isEqualTo("GET");
      assertThat(call.path()).isEqualTo("/v1/events");
      assertThat(call.authorization()).hasValue("Bearer " + KEY);
      assertThat(call.fields()).isEmpty();
      assertThat(call.query())
          .isEqualTo(
              entries(
                  "created[gte]", Long.toString(SINCE.getEpochSecond()),
                  "created[lte]", Long.toString(UNTIL.getEpochSecond()),
                  "limit", "100",
                  "types[0]", "checkout.session.completed",
                  "types[1]", "checkout.session.async_payment_succeeded",
                  "types[2]", "charge.refunded",
                  "types[3]", "charge.dispute.funds_withdrawn",
                  "types[4]", "charge.dispute.funds_reinstated",
                  "types[5]", "charge.dispute.closed",
                  "types[6]", "refund.created",
                  "types[7]", "refund.updated",
                  "types[8]", "refund.failed"));
    }
  }

  @Test
  void the_next_page_begins_after_the_last_event() {
    try (var stripe =
        answering(
            list(true, event("evt_2", "charge.refunded", CHARGE)),
            list(false, event("evt_1", "checkout.session.completed", SESSION)))) {

      var first = page(stripe, null);
      var second = page(stripe, "evt_2");

      assertThat(first.hasMore()).isTrue();
      assertThat(first.items()).extracting(item -> item.event().id()).containsExactly("evt_2");
      assertThat(second.hasMore()).isFalse();
      assertThat(second.items()).extracting(item -> item.event().id()).containsExactly("evt_1");
      assertThat(stripe.calls().getFirst().query()).doesNotContainKey("starting_after");
      assertThat(stripe.calls().getLast().query()).containsEntry("starting_after", "evt_2");
    }
  }

  @Test
  void every_event_is_read_as_the_webhook_would_read_it() {
    try (var stripe =
        answering(
            list(
                false,
                event(
                    "evt_9",
                    "charge.dispute.funds_reinstated",
                    DISPUTE.replace("balance_transactions", "transactions")),
                event("evt_8", "charge.dispute.funds_withdrawn", DISPUTE),
                event("evt_7", "charge.refunded", CHARGE),
                event("evt_6", "refund.failed", REFUND),
                event("evt_5", "checkout.session.async_payment_succeeded", SESSION),
                event(
                    "evt_4",
                    "checkout.session.completed",
                    SESSION.replace("\"paid\"", "\"unpaid\"")),
                event("evt_3", "checkout.session.completed", SESSION.replace("starter", "gold")),
                event("evt_2", "checkout.session.completed", "{}"),
                event("evt_1", "something.new", "{}")))) {

      var page = page(stripe, null);

      assertThat(page.items())
          .containsExactly(
              reported(
                  "evt_9 charge.dispute.funds_reinstated du_1", new DisputeChanged(DISPUTE_ID)),
              reported(
                  "evt_8 charge.dispute.funds_withdrawn du_1",
                  new MoneyReturned(
                      new PaymentUpdate.DisputeUpdate(
                          PAYMENT, DISPUTE_ID, new DisputeState(Money.usd(999), 999, 999, 0)))),
              reported(
                  "evt_7 charge.refunded ch_1",
                  new MoneyReturned(new RefundTotal(PAYMENT, Money.usd(300)))),
              reported(
                  "evt_6 refund.failed re_1",
                  new MoneyReturned(
                      new PaymentUpdate.RefundUpdate(
                          PAYMENT,
                          new RefundId("re_1"),
                          new RefundState(Money.usd(300), Status.FAILED)))),
              reported("evt_5 checkout.session.async_payment_succeeded cs_1", paid()),
              reported("evt_4 checkout.session.completed cs_1", new Nothing()),
              reported(
                  "evt_3 checkout.session.completed cs_1",
                  new Unusable(
                      "no user_email, or neither a purchase order nor a known package, in the"
                          + " metadata of cs_1")),
              reported("evt_2 checkout.session.completed ", new Unusable("no session")),
              reported("evt_1 something.new ", new Nothing()));
    }
  }

  @Test
  void events_of_any_api_version_and_with_unknown_fields_are_read() {
    var event =
        event("evt_1", "charge.refunded", CHARGE)
            .replace(
                "\"object\": \"event\"", "\"object\": \"event\", \"api_version\": \"2042-01-01.x\"")
            .replace("\"object\": \"charge\"", "\"object\": \"charge\", \"new\": [{\"a\": null}]");
    try (var stripe = answering(list(false, event))) {

      assertThat(page(stripe, null).items())
          .containsExactly(
              reported(
                  "evt_1 charge.refunded ch_1",
                  new MoneyReturned(new RefundTotal(PAYMENT, Money.usd(300)))));
    }
  }

  @Test
  void a_page_after_an_event_that_stripe_no_longer_has_starts_from_the_newest() {
    var forgotten =
        json(
            400,
            """
            {"error": {"type": "invalid_request_error", "code": "resource_missing",
                       "param": "starting_after", "message": "No such event: 'evt_2'"}}\
            """);
    try (var stripe =
        answering(forgotten, list(false, event("evt_3", "charge.refunded", CHARGE)))) {

      var page = page(stripe, "evt_2");

      assertThat(page.items()).extracting(item -> item.event().id()).containsExactly("evt_3");
      assertThat(stripe.calls()).hasSize(2);
      assertThat(stripe.calls().getLast().query())
          .doesNotContainKey("starting_after")
          .containsEntry("created[gte]", Long.toString(SINCE.getEpochSecond()));
    }
  }

  @ParameterizedTest
  @CsvSource({"SESSION, /v1/checkout/sessions", "REFUND, /v1/refunds", "DISPUTE, /v1/disputes"})
  void objects_are_reported_as_if_by_events(Kind kind, String path) {
    var object = Map.of(Kind.SESSION, SESSION, Kind.REFUND, REFUND, Kind.DISPUTE, DISPUTE);
    try (var stripe = answering(list(true, String.valueOf(object.get(kind))))) {

      var page = history(stripe).objects(kind, SINCE, "cs_2");

      assertThat(page.hasMore()).isTrue();
      assertThat(page.items())
          .containsExactly(
              switch (kind) {
                case SESSION -> reported("cs_1 checkout.session.completed cs_1", paid());
                case REFUND ->
                    reported(
                        "re_1 refund.updated re_1",
                        new MoneyReturned(
                            new PaymentUpdate.RefundUpdate(
                                PAYMENT,
                                new RefundId("re_1"),
                                new RefundState(Money.usd(300), Status.FAILED))));
                case DISPUTE ->
                    reported(
                        "du_1 charge.dispute.closed du_1",
                        new MoneyReturned(
                            new PaymentUpdate.DisputeUpdate(
                                PAYMENT,
                                DISPUTE_ID,
                                new DisputeState(Money.usd(999), 999, 999, 0))));
              });
      var call = stripe.calls().getFirst();
      assertThat(call.path()).isEqualTo(path);
      assertThat(call.query())
          .containsAllEntriesOf(
              entries(
                  "created[gte]", Long.toString(SINCE.getEpochSecond()),
                  "limit", "100",
                  "starting_after", "cs_2"))
          .hasSize(kind == Kind.SESSION ? 4 : 3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error, parameter_invalid_integer, 1",
    "401, invalid_request_error, api_key_expired, 1",
    "403, invalid_request_error, forbidden, 1",
    "404, invalid_request_error, resource_missing, 1",
    "429, rate_limit_error, rate_limit, 1",
    "500, api_error, internal, 3"
  })
  void a_refused_or_failed_list_call_is_unavailable(
      int status, String type, String code, int attempts) {
    try (var stripe = answering(error(status, type, code))) {

      var thrown = unavailable(stripe);

      assertThat(thrown).hasMessageContaining("did not list events: status " + status);
      assertThat(thrown.getMessage()).doesNotContain(KEY, "ada", "@");
      assertThat(stripe.calls()).hasSize(attempts);
    }
  }

  static Stream<Answer> noList() {
    return Stream.of(
        json(200, ""),
        json(200, "not JSON"),
        json(200, "[]"),
        json(200, "{}"),
        json(200, "{\"object\": \"list\"}"),
        json(200, "{\"object\": \"list\", \"data\": null, \"has_more\": false}"),
        json(200, "{\"object\": \"list\", \"data\": {}, \"has_more\": false}"));
  }

  @ParameterizedTest
  @MethodSource("noList")
  void a_response_that_is_no_list_is_unavailable_rather_than_the_end(Answer answer) {
    try (var stripe = answering(answer)) {

      var thrown = unavailable(stripe);

      assertThat(thrown.getMessage()).doesNotContain(KEY);
    }
  }

  private static Map<String, String> entries(String... namesAndValues) {
    var entries = new HashMap<String, String>();
    for (var i = 0; i < namesAndValues.length; i += 2) {
      entries.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return entries;
  }

  private static Page<ReportedEvent> page(FakeStripe stripe, @Nullable String after) {
    return history(stripe).page(SINCE, UNTIL, after);
  }

  private static StripeHistory history(FakeStripe stripe) {
    var settings = Map.of("STRIPE_SECRET_KEY", KEY, "STRIPE_API_BASE", stripe.url().toString());
    return StripeHistory.of(new Environment(settings));
  }

  private static PaymentsUnavailable unavailable(FakeStripe stripe) {
    return catchThrowableOfType(PaymentsUnavailable.class, () -> page(stripe, "evt_1"));
  }

  /**
   * @param event the event's id, type and object id, separated by spaces
   */
  private static ReportedEvent reported(String event, PaymentNotification notification) {
    var parts = event.split(" ", 3);
    return new ReportedEvent(new ProviderEvent(parts[0], parts[1], parts[2]), notification);
  }

  private static PaymentNotification paid() {
    return new Paid(
        new PaidSession(
            new SessionId("cs_1"),
            new SaleTerms(new Email("ada@example.com"), null, CreditPackage.STARTER, "usd"),
            Money.usd(999),
            PAYMENT));
  }

  private static String event(String id, String type, String object) {
    return "{\"id\": \"%s\", \"object\": \"event\", \"type\": \"%s\", \"data\": {\"object\": %s}}"
        .formatted(id, type, object);
  }

  private static Answer list(boolean hasMore, String... events) {
    return json(
        200,
        "{\"object\": \"list\", \"url\": \"/v1/events\", \"has_more\": %s, \"data\": [%s]}"
            .formatted(hasMore, Stream.of(events).collect(Collectors.joining(","))));
  }
}
