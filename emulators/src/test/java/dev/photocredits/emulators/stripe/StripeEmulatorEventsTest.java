package dev.photocredits.emulators.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Charge;
import com.stripe.model.Event;
import com.stripe.model.Refund;
import com.stripe.model.checkout.Session;
import com.stripe.param.EventListParams;
import com.stripe.param.RefundCreateParams;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeEmulatorEventsTest extends RunningEmulator {
  @Test
  void listed_events_equal_those_that_the_webhook_receives() throws Exception {
    var session = paid();
    var _ = refund(session, 300);
    var _ = refund(session, 400);

    var listed = events(all());

    var received = new ArrayList<Event>();
    for (var delivery : shop.deliveries(3)) {
      received.add(client.constructEvent(delivery.body(), delivery.signature(), SECRET));
    }
    assertThat(listed)
        .extracting(Event::getType)
        .containsExactly("charge.refunded", "charge.refunded", "checkout.session.completed");
    assertThat(listed)
        .extracting(StripeEmulatorEventsTest::content)
        .containsExactlyInAnyOrderElementsOf(
            received.stream().map(StripeEmulatorEventsTest::content).toList());
    assertThat(listed)
        .extracting(event -> event.getDataObjectDeserializer().getObject().orElseThrow())
        .extracting(object -> object instanceof Charge it ? it.getAmountRefunded() : null)
        .containsExactly(700L, 300L, null);
    var found = client.v1().events().retrieve(listed.getFirst().getId());
    assertThat(content(found)).isEqualTo(content(listed.getFirst()));
  }

  @Test
  void the_only_webhook_endpoint_receives_every_event_of_test_mode() throws Exception {
    var endpoints = client.v1().webhookEndpoints().list().getData();

    assertThat(endpoints).hasSize(1);
    assertThat(endpoints.getFirst().getEnabledEvents()).containsExactly("*");
    assertThat(endpoints.getFirst().getStatus()).isEqualTo("enabled");
    assertThat(endpoints.getFirst().getLivemode()).isFalse();
  }

  @Test
  void an_unknown_event_returns_404() {
    var refusal =
        catchThrowableOfType(
            InvalidRequestException.class, () -> client.v1().events().retrieve("evt_nobody"));

    assertThat(refusal.getStatusCode()).isEqualTo(404);
    assertThat(refusal.getCode()).isEqualTo("resource_missing");
  }

  @Test
  void the_list_can_be_filtered_by_type() throws Exception {
    var session = paid();
    var _ = refund(session, 300);
    var _ = sandbox("/sessions/" + session.getId() + "/dispute");
    var _ = sandbox("/sessions/" + session.getId() + "/win-dispute");

    var one = events(all().setType("charge.refunded"));
    var group = events(all().setType("charge.*"));
    var several =
        events(
            all().addType("charge.dispute.funds_reinstated").addType("checkout.session.completed"));
    var none = events(all().setType("charge"));

    assertThat(one).extracting(Event::getType).containsExactly("charge.refunded");
    assertThat(group)
        .extracting(Event::getType)
        .containsExactly(
            "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.refunded");
    assertThat(several)
        .extracting(Event::getType)
        .containsExactly("charge.dispute.funds_reinstated", "checkout.session.completed");
    assertThat(none).isEmpty();
  }

  @Test
  void the_list_can_be_filtered_by_time() throws Exception {
    var session = paid();
    var at = events(all()).getFirst().getCreated();

    var then = events(all().setCreated(at));
    var since = events(all().setCreated(EventListParams.Created.builder().setGte(at).build()));
    var until = events(all().setCreated(EventListParams.Created.builder().setLte(at).build()));
    var after = events(all().setCreated(EventListParams.Created.builder().setGt(at).build()));
    var before = events(all().setCreated(EventListParams.Created.builder().setLt(at).build()));

    assertThat(at).isGreaterThanOrEqualTo(session.getCreated());
    assertThat(List.of(then, since, until)).allSatisfy(found -> assertThat(found).hasSize(1));
    assertThat(List.of(after, before)).allSatisfy(found -> assertThat(found).isEmpty());
  }

  @Test
  void the_list_can_be_filtered_by_delivery() throws Exception {
    var session = paid();
    shop.close();
    var _ = refund(session, 300);

    var delivered = events(all().setDeliverySuccess(true));
    var undelivered = events(all().setDeliverySuccess(false));

    assertThat(delivered).extracting(Event::getType).containsExactly("checkout.session.completed");
    assertThat(delivered).extracting(Event::getPendingWebhooks).containsExactly(0L);
    assertThat(undelivered).extracting(Event::getType).containsExactly("charge.refunded");
    assertThat(undelivered).extracting(Event::getPendingWebhooks).containsExactly(1L);
  }

  @Test
  void the_list_can_be_paged_in_both_directions_even_after_a_restart() throws Exception {
    var session = paid();
    for (var i = 0; i < 4; i++) {
      var _ = refund(session, 100 + i);
    }
    var ids = events(all()).stream().map(Event::getId).toList();
    restart();

    var first = client.v1().events().list(all().setLimit(2L).build());
    var next = events(all().setLimit(2L).setStartingAfter(ids.get(1)));
    var last = client.v1().events().list(all().setStartingAfter(ids.get(2)).build());
    var back = client.v1().events().list(all().setLimit(2L).setEndingBefore(ids.get(3)).build());

    assertThat(ids).hasSize(5);
    assertThat(first.getData()).extracting(Event::getId).isEqualTo(ids.subList(0, 2));
    assertThat(first.getHasMore()).isTrue();
    assertThat(next).extracting(Event::getId).isEqualTo(ids.subList(2, 4));
    assertThat(last.getData()).extracting(Event::getId).isEqualTo(ids.subList(3, 5));
    assertThat(last.getHasMore()).isFalse();
    assertThat(back.getData()).extracting(Event::getId).isEqualTo(ids.subList(1, 3));
    assertThat(back.getHasMore()).isTrue();
    assertThat(first.autoPagingIterable()).extracting(Event::getId).isEqualTo(ids);
  }

  @Test
  void the_default_page_has_ten_events() throws Exception {
    var session = paid();
    for (var i = 0; i < 10; i++) {
      var _ = refund(session, 1);
    }

    assertThat(events(all())).hasSize(10);
    assertThat(events(all().setLimit(100L))).hasSize(11);
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=101, limit",
    "created[gt]=yesterday, created[gt]",
    "starting_after=evt_nobody, starting_after",
    "ending_before=evt_nobody, ending_before",
    "delivery_success=perhaps, delivery_success",
    "type=charge.refunded&types[0]=charge.refunded, types",
    "colour=red, colour",
  })
  void an_error_names_the_invalid_parameter(String query, String param) throws Exception {
    var answer = get("/v1/events", query);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).at("/error/param").asText()).isEqualTo(param);
  }

  // Helpers

  private static EventListParams.Builder all() {
    return EventListParams.builder();
  }

  private List<Event> events(EventListParams.Builder params) throws StripeException {
    return client.v1().events().list(params.build()).getData();
  }

  private Refund refund(Session session, long amount) throws StripeException {
    return client
        .v1()
        .refunds()
        .create(
            RefundCreateParams.builder()
                .setPaymentIntent(session.getPaymentIntent())
                .setAmount(amount)
                .build());
  }

  /** The parts of an event that do not depend on its delivery. */
  private static List<Object> content(Event event) {
    return List.of(
        event.getId(),
        event.getType(),
        event.getCreated(),
        event.getApiVersion(),
        event.getDataObjectDeserializer().getRawJson());
  }
}
