package dev.photocredits.emulators.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.exception.StripeException;
import com.stripe.model.BalanceTransaction;
import com.stripe.model.Charge;
import com.stripe.model.Dispute;
import com.stripe.model.Event;
import com.stripe.model.Refund;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.param.DisputeListParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeEmulatorRefundsTest extends RunningEmulator {
  // Payments

  @Test
  void a_session_includes_its_payment_intent_if_expanded() throws Exception {
    var open = open(customer(), "Open");
    var paid = paid();

    var found = expanded(paid);

    assertThat(paid.getPaymentIntentObject()).isNull();
    assertThat(found.getPaymentIntent()).isEqualTo(paid.getPaymentIntent());
    assertThat(found.getPaymentIntentObject().getStatus()).isEqualTo("succeeded");
    assertThat(found.getPaymentIntentObject().getAmountReceived()).isEqualTo(999);
    assertThat(found.getPaymentIntentObject().getLatestCharge()).startsWith("ch_3");
    assertThat(expanded(open).getPaymentIntent()).isNull();
  }

  @Test
  void a_delayed_payment_is_processing_and_requires_a_payment_method_after_it_fails()
      throws Exception {
    var session = open(customer(), "Starter Pack");

    var _ = sandbox("/sessions/" + session.getId() + "/pay-delayed");
    var processing = expanded(session).getPaymentIntentObject();
    var _ = sandbox("/sessions/" + session.getId() + "/bounce");
    var bounced = expanded(session).getPaymentIntentObject();

    assertThat(processing.getStatus()).isEqualTo("processing");
    assertThat(bounced.getStatus()).isEqualTo("requires_payment_method");
    assertThat(bounced.getLatestCharge()).isNull();
  }

  @Test
  void expand_may_omit_its_index_and_unknown_properties_are_rejected() throws Exception {
    var session = paid();

    var twice =
        get(
            "/v1/checkout/sessions/" + session.getId(),
            "expand[]=payment_intent&expand[]=payment_intent");
    var unknown =
        get("/v1/checkout/sessions/" + session.getId(), "expand[]=payment_intent&expand[]=moon");

    assertThat(JSON.readTree(twice.body()).at("/payment_intent/object").asText())
        .isEqualTo("payment_intent");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(unknown.body()).at("/error/message").asText()).contains("(moon)");
  }

  @Test
  void a_paid_session_has_a_charge_with_the_metadata_of_its_payment() throws Exception {
    var session = paid();

    var charge = charge(session);

    assertThat(charge.getObject()).isEqualTo("charge");
    assertThat(charge.getAmount()).isEqualTo(999);
    assertThat(charge.getAmountCaptured()).isEqualTo(999);
    assertThat(charge.getAmountRefunded()).isZero();
    assertThat(charge.getCurrency()).isEqualTo("usd");
    assertThat(charge.getCustomer()).isEqualTo(session.getCustomer());
    assertThat(charge.getPaymentIntent()).isEqualTo(session.getPaymentIntent());
    assertThat(charge.getStatus()).isEqualTo("succeeded");
    assertThat(charge.getPaid()).isTrue();
    assertThat(charge.getRefunded()).isFalse();
    assertThat(charge.getDisputed()).isFalse();
    assertThat(charge.getMetadata()).hasSize(1).containsEntry("package", "starter");
    assertThat(charge.getCreated()).isGreaterThanOrEqualTo(session.getCreated());
  }

  @Test
  void an_unknown_charge_returns_404() {
    var refusal =
        catchThrowableOfType(
            InvalidRequestException.class, () -> client.v1().charges().retrieve("ch_nobody"));

    assertThat(refusal.getStatusCode()).isEqualTo(404);
    assertThat(refusal.getCode()).isEqualTo("resource_missing");
  }

  // Refunds

  @Test
  void partial_refunds_add_up_to_the_whole_charge() throws Exception {
    var session = paid();
    var charge = charge(session);

    var first = refund(of(session).setAmount(300L).putMetadata("why", "blurred"));
    var afterFirst = charge(session);
    var second = refund(RefundCreateParams.builder().setCharge(charge.getId()).setAmount(500L));
    var rest = refund(of(session).setReason(RefundCreateParams.Reason.REQUESTED_BY_CUSTOMER));

    assertThat(first.getId()).startsWith("re_");
    assertThat(first.getObject()).isEqualTo("refund");
    assertThat(first.getCharge()).isEqualTo(charge.getId());
    assertThat(first.getPaymentIntent()).isEqualTo(session.getPaymentIntent());
    assertThat(first.getCurrency()).isEqualTo("usd");
    assertThat(first.getStatus()).isEqualTo("succeeded");
    assertThat(first.getMetadata()).containsEntry("why", "blurred");
    assertThat(rest.getReason()).isEqualTo("requested_by_customer");
    assertThat(List.of(first, second, rest))
        .extracting(Refund::getAmount)
        .containsExactly(300L, 500L, 199L);
    assertThat(afterFirst.getAmountRefunded()).isEqualTo(300);
    assertThat(afterFirst.getRefunded()).isFalse();
    assertThat(charge(session).getAmountRefunded()).isEqualTo(999);
    assertThat(charge(session).getRefunded()).isTrue();
    assertThat(found(session).getPaymentStatus()).isEqualTo("paid");
  }

  @Test
  void a_refund_of_more_than_the_unrefunded_amount_is_rejected() throws Exception {
    var session = paid();
    var _ = refund(of(session).setAmount(500L));

    var tooMuch = refused(of(session).setAmount(500L));
    var _ = refund(of(session));
    var nothingLeft = refused(of(session));

    assertThat(tooMuch.getStatusCode()).isEqualTo(400);
    assertThat(tooMuch.getCode()).isEqualTo("amount_too_large");
    assertThat(tooMuch.getParam()).isEqualTo("amount");
    assertThat(nothingLeft.getStatusCode()).isEqualTo(400);
    assertThat(nothingLeft.getCode()).isEqualTo("charge_already_refunded");
    assertThat(charge(session).getAmountRefunded()).isEqualTo(999);
    assertThat(shop.deliveries(3)).hasSize(3);
  }

  @Test
  void refunds_are_listed_newest_first_and_found_by_id() throws Exception {
    var session = paid();
    var first = refund(of(session).setAmount(100L));
    var second = refund(of(session).setAmount(200L));
    var other = refund(of(paid()).setAmount(300L));

    var all = client.v1().refunds().list().getData();
    var own =
        client
            .v1()
            .refunds()
            .list(RefundListParams.builder().setPaymentIntent(session.getPaymentIntent()).build())
            .getData();

    assertThat(all)
        .extracting(Refund::getId)
        .containsExactlyInAnyOrder(other.getId(), second.getId(), first.getId());
    assertThat(own).extracting(Refund::getId).containsExactly(second.getId(), first.getId());
    assertThat(client.v1().refunds().retrieve(first.getId()).getAmount()).isEqualTo(100);
    assertThat(get("/v1/refunds/re_none", "").statusCode()).isEqualTo(404);
  }

  @Test
  void twenty_concurrent_refunds_do_not_exceed_the_charge() throws Exception {
    var session = paid();
    List<Callable<Integer>> refunds =
        IntStream.range(0, 20)
            .<Callable<Integer>>mapToObj(
                _ ->
                    () ->
                        post(
                                "/v1/refunds",
                                "amount=100&payment_intent=" + session.getPaymentIntent())
                            .statusCode())
            .toList();

    var answers = allAtOnce(refunds);

    assertThat(answers).filteredOn(answer -> answer == 200).hasSize(9);
    assertThat(charge(session).getAmountRefunded()).isEqualTo(900);
    assertThat(objectsOf("charge.refunded", Charge.class, 10))
        .extracting(Charge::getAmountRefunded)
        .containsExactlyInAnyOrder(100L, 200L, 300L, 400L, 500L, 600L, 700L, 800L, 900L);
  }

  @Test
  void an_unpaid_session_cannot_be_refunded() throws Exception {
    var session = open(customer(), "Starter Pack");
    var _ = sandbox("/sessions/" + session.getId() + "/pay-delayed");
    var _ = sandbox("/sessions/" + session.getId() + "/bounce");

    var refusal = refused(of(found(session)));
    var pressed = post("/sandbox/sessions/" + session.getId() + "/refund", "");

    assertThat(refusal.getStatusCode()).isEqualTo(400);
    assertThat(refusal.getStripeError().getType()).isEqualTo("invalid_request_error");
    assertThat(refusal.getMessage()).contains("does not have a successful charge");
    assertThat(pressed.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "payment_intent={intent}&charge={charge}, ''",
    "payment_intent=pi_nobody, payment_intent",
    "charge=ch_nobody, charge",
    "payment_intent={intent}&amount=0, amount",
    "payment_intent={intent}&amount=-5, amount",
    "payment_intent={intent}&amount=9.99, amount",
    "payment_intent={intent}&reason=boredom, reason",
    "payment_intent={intent}&colour=red, colour",
  })
  void an_error_names_the_invalid_parameter(String form, String param) throws Exception {
    var session = paid();

    var answer =
        post(
            "/v1/refunds",
            form.replace("{intent}", session.getPaymentIntent())
                .replace("{charge}", charge(session).getId()));

    assertThat(answer.statusCode()).isEqualTo(400);
    var error = JSON.readTree(answer.body()).path("error");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("param").asText("")).isEqualTo(param);
    assertThat(charge(session).getAmountRefunded()).isZero();
  }

  @Test
  void an_idempotency_key_refunds_once_even_after_a_restart() throws Exception {
    var session = paid();
    var params = of(session).setAmount(300L).build();
    var once = RequestOptions.builder().setIdempotencyKey("refund-1").build();

    var first = client.v1().refunds().create(params, once);
    var second = client.v1().refunds().create(params, once);
    restart();
    var third = client.v1().refunds().create(params, once);

    assertThat(List.of(second, third)).extracting(Refund::getId).containsOnly(first.getId());
    assertThat(charge(session).getAmountRefunded()).isEqualTo(300);
  }

  @Test
  void a_refund_event_that_is_delivered_late_shows_the_charge_at_its_time() throws Exception {
    var session = paid();
    shop.close();
    var _ = refund(of(session).setAmount(300L));
    var _ = refund(of(session).setAmount(400L));
    shop = new WebhookReceiver();

    restart();

    assertThat(objectsOf("charge.refunded", Charge.class, 2))
        .extracting(Charge::getAmountRefunded)
        .containsExactlyInAnyOrder(300L, 700L);
    assertThat(objectsOf("charge.refunded", Charge.class, 2))
        .extracting(Charge::getMetadata)
        .containsOnly(charge(session).getMetadata());
    assertThat(charge(session).getAmountRefunded()).isEqualTo(700);
  }

  @Test
  void an_event_that_a_killed_process_did_not_write_shows_the_charge_at_its_time()
      throws Exception {
    var session = paid();
    var _ = refund(of(session).setAmount(300L));
    var _ = refund(of(session).setAmount(400L));
    var _ = shop.deliveries(3);
    stripe.close();
    for (var event : files("events")) {
      Files.delete(event);
    }
    shop.close();
    shop = new WebhookReceiver();

    restart();

    assertThat(objectsOf("charge.refunded", Charge.class, 3))
        .extracting(Charge::getAmountRefunded)
        .containsExactlyInAnyOrder(300L, 700L);
  }

  @Test
  void a_session_from_a_version_without_charges_can_be_refunded() throws Exception {
    var session = paid();
    stripe.close();
    for (var file : files("sessions")) {
      var written = (ObjectNode) JSON.readTree(file.toFile());
      var progress = (ObjectNode) written.path("progress");
      var _ = progress.remove("charge");
      progress.path("events").forEach(event -> ((ObjectNode) event).remove("object"));
      JSON.writeValue(file.toFile(), written);
    }

    restart();
    var refund = refund(of(session));

    assertThat(refund.getAmount()).isEqualTo(999);
    assertThat(charge(session).getRefunded()).isTrue();
  }

  @Test
  void the_sandbox_route_refunds_like_the_api() throws Exception {
    var session = paid();

    var part = post("/sandbox/sessions/" + session.getId() + "/refund", "amount=300");
    var rest = sandbox("/sessions/" + session.getId() + "/refund");

    assertThat(part.statusCode()).isEqualTo(200);
    assertThat(rest.path("id").asText()).isEqualTo(session.getId());
    assertThat(objectsOf("charge.refunded", Charge.class, 3))
        .extracting(Charge::getAmountRefunded)
        .containsExactlyInAnyOrder(300L, 999L);
  }

  // Disputes

  @Test
  void a_dispute_withdraws_funds_and_winning_it_reinstates_them() throws Exception {
    var session = paid();

    var _ = sandbox("/sessions/" + session.getId() + "/dispute");
    restart();
    var _ = sandbox("/sessions/" + session.getId() + "/win-dispute");

    var withdrawn = objectsOf("charge.dispute.funds_withdrawn", Dispute.class, 3).getFirst();
    assertThat(withdrawn.getId()).startsWith("du_");
    assertThat(withdrawn.getObject()).isEqualTo("dispute");
    assertThat(withdrawn.getAmount()).isEqualTo(999);
    assertThat(withdrawn.getCurrency()).isEqualTo("usd");
    assertThat(withdrawn.getCharge()).isEqualTo(charge(session).getId());
    assertThat(withdrawn.getPaymentIntent()).isEqualTo(session.getPaymentIntent());
    assertThat(withdrawn.getReason()).isEqualTo("fraudulent");
    assertThat(withdrawn.getStatus()).isEqualTo("needs_response");
    assertThat(withdrawn.getIsChargeRefundable()).isFalse();
    assertThat(withdrawn.getMetadata()).isEmpty();
    assertThat(withdrawn.getBalanceTransactions())
        .extracting(BalanceTransaction::getAmount)
        .containsExactly(-999L);
    var reinstated = objectsOf("charge.dispute.funds_reinstated", Dispute.class, 3).getFirst();
    assertThat(reinstated.getId()).isEqualTo(withdrawn.getId());
    assertThat(reinstated.getStatus()).isEqualTo("won");
    assertThat(reinstated.getBalanceTransactions())
        .extracting(BalanceTransaction::getAmount)
        .containsExactly(-999L, 999L);
    assertThat(charge(session).getDisputed()).isTrue();
  }

  @Test
  void a_disputed_charge_cannot_be_refunded_until_the_dispute_is_won() throws Exception {
    var session = paid();
    var dispute = post("/sandbox/sessions/" + session.getId() + "/dispute", "amount=400");

    var refusal = refused(of(session));
    var _ = sandbox("/sessions/" + session.getId() + "/win-dispute");
    var refund = refund(of(session));

    assertThat(dispute.statusCode()).isEqualTo(200);
    assertThat(refusal.getCode()).isEqualTo("charge_disputed");
    assertThat(refund.getAmount()).isEqualTo(999);
    assertThat(objectsOf("charge.dispute.funds_withdrawn", Dispute.class, 4))
        .extracting(Dispute::getAmount)
        .containsExactly(400L);
  }

  @Test
  void a_charge_can_be_disputed_once_and_only_an_open_dispute_can_be_won() throws Exception {
    var path = "/sandbox/sessions/" + paid().getId();

    var wonTooSoon = post(path + "/win-dispute", "");
    var tooMuch = post(path + "/dispute", "amount=1000");
    var dispute = post(path + "/dispute", "");
    var again = post(path + "/dispute", "");
    var won = post(path + "/win-dispute", "");
    var wonAgain = post(path + "/win-dispute", "");
    var afterAll = post(path + "/dispute", "");

    assertThat(List.of(dispute, won)).extracting(HttpResponse::statusCode).containsOnly(200);
    assertThat(List.of(wonTooSoon, tooMuch, again, wonAgain, afterAll))
        .extracting(HttpResponse::statusCode)
        .containsOnly(400);
  }

  @Test
  void a_session_includes_its_refunded_and_disputed_charge_if_expanded() throws Exception {
    var session = paid();
    var _ = refund(of(session).setAmount(300L));
    var _ = sandbox("/sessions/" + session.getId() + "/dispute");

    var charge =
        client
            .v1()
            .checkout()
            .sessions()
            .retrieve(
                session.getId(),
                SessionRetrieveParams.builder().addExpand("payment_intent.latest_charge").build())
            .getPaymentIntentObject()
            .getLatestChargeObject();

    assertThat(charge.getAmountRefunded()).isEqualTo(300);
    assertThat(charge.getDisputed()).isTrue();
  }

  @Test
  void disputes_are_listed_by_payment_and_found_by_id() throws Exception {
    var first = paid();
    var second = paid();
    var _ = sandbox("/sessions/" + first.getId() + "/dispute");
    var _ = sandbox("/sessions/" + second.getId() + "/dispute");

    var all = client.v1().disputes().list().getData();
    var ofFirst =
        client
            .v1()
            .disputes()
            .list(DisputeListParams.builder().setPaymentIntent(first.getPaymentIntent()).build())
            .getData();
    var found = client.v1().disputes().retrieve(ofFirst.getFirst().getId());
    var refusal =
        catchThrowableOfType(
            InvalidRequestException.class, () -> client.v1().disputes().retrieve("du_nobody"));

    assertThat(all).hasSize(2);
    assertThat(ofFirst).hasSize(1);
    assertThat(found.getPaymentIntent()).isEqualTo(first.getPaymentIntent());
    assertThat(found.getAmount()).isEqualTo(999);
    assertThat(refusal.getStatusCode()).isEqualTo(404);
  }

  // Helpers

  private Session expanded(Session session) throws StripeException {
    return client
        .v1()
        .checkout()
        .sessions()
        .retrieve(
            session.getId(), SessionRetrieveParams.builder().addExpand("payment_intent").build());
  }

  private Charge charge(Session session) throws StripeException {
    var paymentIntent = client.v1().paymentIntents().retrieve(found(session).getPaymentIntent());
    return client.v1().charges().retrieve(paymentIntent.getLatestCharge());
  }

  private static RefundCreateParams.Builder of(Session session) {
    return RefundCreateParams.builder().setPaymentIntent(session.getPaymentIntent());
  }

  private Refund refund(RefundCreateParams.Builder params) throws StripeException {
    return client.v1().refunds().create(params.build());
  }

  private InvalidRequestException refused(RefundCreateParams.Builder params) {
    return catchThrowableOfType(InvalidRequestException.class, () -> refund(params));
  }

  /** The objects of the type's events, once the shop has received {@code count} events in all. */
  private <T> List<T> objectsOf(String type, Class<T> object, int count)
      throws SignatureVerificationException, InterruptedException {
    // A delivery that was in progress when the emulator was closed arrives twice.
    var events = new LinkedHashMap<String, Event>();
    for (var deliveries = count; events.size() < count; deliveries++) {
      for (var delivery : shop.deliveries(deliveries)) {
        var event = client.constructEvent(delivery.body(), delivery.signature(), SECRET);
        events.put(event.getId(), event);
      }
    }
    var objects = new ArrayList<T>();
    for (var event : events.values()) {
      if (event.getType().equals(type)) {
        objects.add(object.cast(event.getDataObjectDeserializer().getObject().orElseThrow()));
      }
    }
    return objects;
  }

  /** The files in a subdirectory of the emulator's data directory. */
  private List<Path> files(String part) throws IOException {
    try (var files = Files.list(dataDir.resolve(part))) {
      return files.toList();
    }
  }
}
