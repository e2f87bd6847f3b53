package dev.photocredits.stripe;

import static dev.photocredits.stripe.FakeStripe.answering;
import static dev.photocredits.stripe.FakeStripe.error;
import static dev.photocredits.stripe.FakeStripe.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.RefundState;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.ScriptedServer.Answer;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.payments.SaleTerms;
import dev.photocredits.payments.SessionLookupOutcome.LookupFailed;
import dev.photocredits.payments.SessionLookupOutcome.NoSuchSession;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real {@link StripeLookup} over real HTTP. */
final class StripeLookupTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final SessionId CS_1 = new SessionId("cs_1");
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");
  private static final SaleTerms TERMS = new SaleTerms(ADA, null, CreditPackage.STARTER, "usd");
  private static final PaidSession PAID = new PaidSession(CS_1, TERMS, Money.usd(999), PAYMENT);
  private static final DisputeId ID = new DisputeId("du_1");

  private static final String DISPUTE =
      """
      {
        "id": "du_1",
        "object": "dispute",
        "amount": 999,
        "balance_transactions": [{"amount": -999, "currency": "usd", "fee": 1500, "net": -2499}],
        "currency": "usd",
        "payment_intent": "pi_1",
        "status": "needs_response"
      }
      """;

  @Test
  void the_current_state_of_a_dispute_is_returned() {
    try (var stripe = answering(json(200, DISPUTE))) {

      var dispute = lookup(stripe).dispute(ID);

      assertThat(dispute)
          .isEqualTo(
              new PaymentUpdate.DisputeUpdate(
                  new PaymentIntentId("pi_1"), ID, new DisputeState(Money.usd(999), 999, 999, 0)));
      assertThat(stripe.calls().getFirst().path()).isEqualTo("/v1/disputes/du_1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "not JSON", ""})
  void a_response_without_the_amounts_is_unavailable(String body) {
    try (var stripe = answering(json(200, body))) {
      var lookup = lookup(stripe);

      assertThatThrownBy(() -> lookup.dispute(ID)).isInstanceOf(LookupUnavailable.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 404, 429, 500})
  void a_refusal_is_unavailable(int status) {
    try (var stripe = answering(json(status, "{\"error\": {\"type\": \"api_error\"}}"))) {
      var lookup = lookup(stripe);

      assertThatThrownBy(() -> lookup.dispute(ID)).isInstanceOf(LookupUnavailable.class);
    }
  }

  /** A paid session, of which tests replace parts. */
  private static final String FOUND =
      """
      {
        "id": "cs_1",
        "object": "checkout.session",
        "amount_total": 999,
        "currency": "usd",
        "metadata": {"user_email": "ada@example.com", "package": "starter", "credits": "10"},
        "payment_intent": {"id": "pi_1", "object": "payment_intent", "status": "succeeded"},
        "payment_status": "paid",
        "status": "complete"
      }
      """;

  @Test
  void a_session_is_retrieved_together_with_its_payment() {
    try (var stripe = answering(json(200, FOUND))) {

      var found = lookup(stripe).find(CS_1);

      assertThat(found).isEqualTo(found(Status.PAID, PAID));
      var call = stripe.calls().getFirst();
      assertThat(call.method()).isEqualTo("GET");
      assertThat(call.path()).isEqualTo("/v1/checkout/sessions/cs_1");
      assertThat(call.query()).isEqualTo(Map.of("expand[0]", "payment_intent.latest_charge"));
      assertThat(call.fields()).isEmpty();
      assertThat(call.authorization()).hasValue("Bearer " + StripePaymentsTest.KEY);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "open, unpaid, , OPEN",
    "open, unpaid, requires_payment_method, OPEN",
    "open, no_payment_required, , OPEN",
    "complete, unpaid, processing, PENDING",
    "complete, unpaid, requires_action, PENDING",
    "complete, unpaid, succeeded, PENDING",
    "complete, unpaid, something_new, PENDING",
    "complete, unpaid, , PENDING",
    "complete, unpaid, requires_payment_method, EXPIRED",
    "complete, unpaid, canceled, EXPIRED",
    "expired, unpaid, , EXPIRED",
    "expired, unpaid, requires_payment_method, EXPIRED",
    "expired, no_payment_required, , EXPIRED"
  })
  void an_unpaid_session_grants_nothing(
      String status, String payment, @Nullable String intent, Status expected) {
    try (var stripe = answering(json(200, foundAs(status, payment, intent)))) {

      var found = lookup(stripe).find(CS_1);

      assertThat(found).isEqualTo(found(expected, null));
    }
  }

  @Test
  void a_session_that_needs_no_payment_is_paid_without_a_charge() {
    var free =
        foundAs("complete", "no_payment_required", null)
            .replace("\"amount_total\": 999", "\"amount_total\": 0");
    try (var stripe = answering(json(200, free))) {

      var found = lookup(stripe).find(CS_1);

      var paid = new PaidSession(CS_1, TERMS, Money.usd(0), null);
      assertThat(found).isEqualTo(found(Status.PAID, paid));
    }
  }

  @Test
  void a_session_that_does_not_exist_is_not_found() {
    try (var stripe = answering(error(404, "invalid_request_error", "resource_missing"))) {

      var found = lookup(stripe).find(CS_1);

      assertThat(found).isEqualTo(new NoSuchSession());
      assertThat(stripe.calls()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cs",
        "cs_",
        "cs_1/expire",
        "cs_1?expand[]=customer",
        "cs_1%2Fexpire",
        "cs_1 ",
        " cs_1",
        "CS_1",
        "../customers",
        "pi_1",
        "{CHECKOUT_SESSION_ID}",
        "cs_ü",
        "cs_1\n"
      })
  void a_malformed_session_id_is_never_sent_to_stripe(String id) {
    try (var stripe = answering(json(200, FOUND))) {

      var found = lookup(stripe).find(new SessionId(id));

      assertThat(found).isEqualTo(new NoSuchSession());
      assertThat(stripe.calls()).isEmpty();
    }
  }

  @Test
  void a_huge_id_is_never_sent_to_stripe() {
    try (var stripe = answering(json(200, FOUND))) {

      var found = lookup(stripe).find(new SessionId("cs_" + "1".repeat(201)));

      assertThat(found).isEqualTo(new NoSuchSession());
      assertThat(stripe.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "{\"order\": \"7\"}",
        "{\"user_email\": \"ada@example.com\"}",
        "{\"user_email\": \"ada@example.com\", \"package\": \"gold\"}",
        "{\"user_email\": \"nobody\", \"package\": \"starter\"}"
      })
  void a_session_without_our_metadata_is_not_found_and_its_disputes_are_not_requested(
      String metadata) {
    var foreign =
        foundWithCharge(0, true)
            .replace(
                """
                {"user_email": "ada@example.com", "package": "starter", "credits": "10"}\
                """,
                metadata);
    try (var stripe = answering(json(200, foreign))) {

      assertThat(lookup(stripe).find(CS_1)).isEqualTo(new NoSuchSession());
      assertThat(stripe.calls()).hasSize(1);
    }
  }

  @Test
  void a_session_of_another_stage_is_not_found() {
    var other = FOUND.replace("\"10\"}", "\"10\", \"stage\": \"production\"}");
    try (var stripe = answering(json(200, other))) {

      assertThat(lookup(stripe).find(CS_1)).isEqualTo(new NoSuchSession());
      assertThat(other).isNotEqualTo(FOUND);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error, parameter_unknown, 1",
    "401, invalid_request_error, api_key_expired, 1",
    "403, invalid_request_error, forbidden, 1",
    "429, rate_limit_error, rate_limit, 1",
    "500, api_error, internal, 3",
    "503, api_error, busy, 3"
  })
  void a_failed_request_for_a_session_is_reported_as_failed_not_as_not_found(
      int status, String type, String code, int attempts) {
    try (var stripe = answering(error(status, type, code))) {
      var lookup = lookup(stripe);

      var why = ((LookupFailed) lookup.find(CS_1)).why();

      assertThat(why).hasMessageContaining("did not find a session: status " + status);
      assertThat(why.getMessage()).doesNotContain(StripePaymentsTest.KEY, "ada", "@");
      assertThat(stripe.calls()).hasSize(attempts);
    }
  }

  static Stream<Answer> noSession() {
    return Stream.of(
        json(200, ""),
        json(200, "not JSON"),
        json(200, "[]"),
        json(200, "{}"),
        json(200, FOUND.replace("\"cs_1\"", "\"cs_2\"")),
        json(200, FOUND.replace("\"cs_1\"", "null")),
        json(404, "not JSON"));
  }

  @ParameterizedTest
  @MethodSource("noSession")
  void a_response_that_is_not_the_session_is_a_failed_lookup(Answer answer) {
    try (var stripe = answering(answer)) {
      var lookup = lookup(stripe);

      var why = ((LookupFailed) lookup.find(CS_1)).why();

      assertThat(why.getMessage()).doesNotContain(StripePaymentsTest.KEY, "ada", "@");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"data\": null}", "{\"data\": [{\"id\": \"du_1\"}]}"})
  void a_disputed_session_whose_disputes_cannot_be_read_is_a_failed_lookup(String disputes) {
    try (var stripe = answering(json(200, foundWithCharge(0, true)), json(200, disputes))) {

      assertThat(lookup(stripe).find(CS_1)).isInstanceOf(LookupFailed.class);
    }
  }

  @Test
  void a_session_is_found_after_a_transient_failure() {
    try (var stripe = answering(error(500, "api_error", "internal"), json(200, FOUND))) {

      assertThat(lookup(stripe).find(CS_1)).isEqualTo(found(Status.PAID, PAID));
    }
  }

  @Test
  void the_refunds_of_a_paid_session_are_returned_with_it() {
    try (var stripe = answering(json(200, foundWithCharge(300, false)))) {

      var found = lookup(stripe).find(CS_1);

      assertThat(found)
          .isEqualTo(
              found(
                  Status.PAID,
                  PAID.withUpdates(List.of(new RefundTotal(PAYMENT, Money.usd(300))))));
      assertThat(stripe.calls()).hasSize(1);
    }
  }

  @Test
  void the_disputes_of_a_paid_session_are_returned_with_it() {
    var disputes = "{\"object\": \"list\", \"data\": [%s]}".formatted(DISPUTE);
    try (var stripe = answering(json(200, foundWithCharge(0, true)), json(200, disputes))) {

      var found = lookup(stripe).find(CS_1);

      var dispute =
          new PaymentUpdate.DisputeUpdate(
              PAYMENT, ID, new DisputeState(Money.usd(999), 999, 999, 0));
      assertThat(found).isEqualTo(found(Status.PAID, PAID.withUpdates(List.of(dispute))));
      assertThat(stripe.calls().getLast().path()).isEqualTo("/v1/disputes");
      assertThat(stripe.calls().getLast().query())
          .isEqualTo(Map.of("payment_intent", "pi_1", "limit", "100"));
    }
  }

  @Test
  void a_charge_without_refunds_and_disputes_needs_no_further_request() {
    try (var stripe = answering(json(200, foundWithCharge(0, false)))) {

      assertThat(lookup(stripe).find(CS_1)).isEqualTo(found(Status.PAID, PAID));

      assertThat(stripe.calls()).hasSize(1);
    }
  }

  @Test
  void a_session_whose_disputes_cannot_be_read_is_a_failed_lookup() {
    var nonsense = "{\"object\": \"list\", \"data\": [{\"id\": \"du_1\"}]}";
    try (var stripe = answering(json(200, foundWithCharge(0, true)), json(200, nonsense))) {

      assertThat(lookup(stripe).find(CS_1)).isInstanceOf(LookupFailed.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"livemode\": true", "\"account\": \"acct_1\""})
  void a_session_of_the_wrong_mode_or_of_a_connected_account_is_not_found(String field) {
    var other = FOUND.replace("\"amount_total\": 999", field + ", \"amount_total\": 999");
    try (var stripe = answering(json(200, other))) {

      assertThat(lookup(stripe).find(CS_1)).isEqualTo(new NoSuchSession());
    }
  }

  @Test
  void a_session_whose_mode_is_not_payment_is_not_found() {
    var subscription =
        FOUND.replace("\"amount_total\"", "\"mode\": \"subscription\", \"amount_total\"");
    try (var stripe = answering(json(200, subscription))) {

      assertThat(lookup(stripe).find(CS_1)).isEqualTo(new NoSuchSession());
    }
  }

  @Test
  void the_notification_for_a_session_event_comes_from_the_session() {
    try (var stripe = answering(json(200, FOUND))) {

      assertThat(lookup(stripe).notification(event("checkout.session.completed", "cs_1")))
          .isEqualTo(new PaymentNotification.Paid(PAID));

      assertThat(stripe.calls().getFirst().path()).isEqualTo("/v1/checkout/sessions/cs_1");
    }
  }

  @Test
  void an_event_of_an_unpaid_session_needs_no_action() {
    try (var stripe = answering(json(200, foundAs("complete", "unpaid", "processing")))) {

      assertThat(lookup(stripe).notification(event("checkout.session.completed", "cs_1")))
          .isEqualTo(new PaymentNotification.Nothing());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "refund.failed, re_1, /v1/refunds/re_1",
    "charge.dispute.funds_withdrawn, du_1, /v1/disputes/du_1",
    "charge.refunded, ch_1, /v1/charges/ch_1"
  })
  void the_notification_for_a_payment_event_comes_from_its_object(
      String type, String id, String path) {
    var refund =
        """
        {"id": "re_1", "object": "refund", "amount": 300, "currency": "usd",
         "payment_intent": "pi_1", "status": "failed"}\
        """;
    var charge =
        """
        {"id": "ch_1", "object": "charge", "amount": 999, "amount_refunded": 300,
         "currency": "usd", "payment_intent": "pi_1"}\
        """;
    var updates =
        Map.of(
            "re_1",
            new PaymentUpdate.RefundUpdate(
                PAYMENT,
                new RefundId("re_1"),
                new RefundState(Money.usd(300), RefundState.Status.FAILED)),
            "du_1",
            new PaymentUpdate.DisputeUpdate(
                PAYMENT, ID, new DisputeState(Money.usd(999), 999, 999, 0)),
            "ch_1",
            new RefundTotal(PAYMENT, Money.usd(300)));
    var object = Map.of("re_1", refund, "du_1", DISPUTE, "ch_1", charge);
    try (var stripe = answering(json(200, String.valueOf(object.get(id))))) {

      assertThat(lookup(stripe).notification(event(type, id)))
          .isEqualTo(
              new PaymentNotification.MoneyReturned(Objects.requireNonNull(updates.get(id))));

      assertThat(stripe.calls().getFirst().path()).isEqualTo(path);
    }
  }

  @ParameterizedTest
  @CsvSource({"checkout.session.completed, cs_1", "charge.refunded, ch_1", "refund.failed, ''"})
  void an_event_whose_object_does_not_exist_needs_an_operator(String type, String id) {
    try (var stripe = answering(error(404, "invalid_request_error", "resource_missing"))) {

      assertThat(lookup(stripe).notification(event(type, id)))
          .isInstanceOf(PaymentNotification.Unusable.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"checkout.session.completed, cs_1", "charge.refunded, ch_1"})
  void a_failed_request_for_the_object_of_an_event_is_unavailable(String type, String id) {
    try (var stripe = answering(error(500, "api_error", "internal"))) {
      var lookup = lookup(stripe);

      assertThatThrownBy(() -> lookup.notification(event(type, id)))
          .isInstanceOf(LookupUnavailable.class);
    }
  }

  private static ProviderEvent event(String type, String object) {
    return new ProviderEvent("evt_1", type, object);
  }

  private static String foundWithCharge(long refunded, boolean disputed) {
    return FOUND.replace(
        "\"status\": \"succeeded\"",
        """
        "status": "succeeded", "latest_charge": {"id": "ch_1", "object": "charge",
        "amount": 999, "amount_refunded": %s, "currency": "usd", "disputed": %s,
        "payment_intent": "pi_1"}\
        """
            .formatted(refunded, disputed));
  }

  /** {@link #FOUND} with another status of the session, its payment and its payment intent. */
  private static String foundAs(String status, String payment, @Nullable String intent) {
    var expanded = "{\"id\": \"pi_1\", \"object\": \"payment_intent\", \"status\": \"%s\"}";
    return FOUND
        .replace("\"status\": \"complete\"", "\"status\": \"" + status + "\"")
        .replace("\"payment_status\": \"paid\"", "\"payment_status\": \"" + payment + "\"")
        .replace(
            expanded.formatted("succeeded"), intent == null ? "null" : expanded.formatted(intent));
  }

  private static FoundSession found(Status status, @Nullable PaidSession paid) {
    return new FoundSession(CS_1, TERMS, status, paid);
  }

  private static StripeLookup lookup(FakeStripe stripe) {
    return StripeLookup.of(
        new Environment(
            Map.of(
                "STRIPE_SECRET_KEY",
                StripePaymentsTest.KEY,
                "STRIPE_API_BASE",
                stripe.url().toString())));
  }
}
