package dev.photocredits.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.ledger.Race;
import dev.photocredits.payments.ProviderEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The contract that every {@link OpenEvents} must satisfy. The store may hold the events of other
 * tests.
 */
public interface OpenEventsContract {
  Instant NOON = Instant.parse("2126-11-23T12:00:00Z");
  Instant LATER = NOON.plus(Duration.ofHours(1));

  OpenEvents events();

  @Test
  default void an_opened_event_is_listed_with_its_details() {
    var event = event();

    assertThat(events().open(event, "busy", false, NOON)).isTrue();

    assertThat(open(event)).containsExactly(new OpenEvent(event, "busy", false, NOON, NOON, 1));
  }

  @Test
  default void a_further_attempt_is_counted_but_does_not_open_the_event_again() {
    var event = event();
    var _ = events().open(event, "busy", false, NOON);

    assertThat(events().open(event, "away", false, LATER)).isFalse();

    assertThat(open(event)).containsExactly(new OpenEvent(event, "away", false, NOON, LATER, 2));
  }

  @Test
  default void a_handled_event_is_closed() {
    var event = event();
    var _ = events().open(event, "busy", false, NOON);

    events().close(event.id(), LATER);
    events().close(event.id(), LATER);
    events().close(event().id(), LATER);

    assertThat(open(event)).isEmpty();
  }

  @Test
  default void an_event_that_fails_again_after_it_was_handled_is_reopened() {
    var event = event();
    var _ = events().open(event, "busy", false, NOON);
    events().close(event.id(), NOON);

    assertThat(events().open(event, "busy", false, LATER)).isTrue();

    assertThat(open(event)).containsExactly(new OpenEvent(event, "busy", false, NOON, LATER, 2));
  }

  @Test
  default void an_event_closed_by_an_operator_stays_closed() {
    var event = event();
    var _ = events().open(event, "no known package", false, NOON);

    assertThat(events().close(event.id(), "eve", "sold by another shop", NOON)).isTrue();
    assertThat(events().close(event.id(), "eve", "sold by another shop", NOON)).isFalse();
    assertThat(events().open(event, "no known package", false, LATER)).isFalse();

    assertThat(open(event)).isEmpty();
  }

  @Test
  default void an_operator_can_only_close_open_events() {
    assertThat(events().close(event().id(), "eve", "a typing error", NOON)).isFalse();
  }

  @Test
  default void an_event_that_needs_an_operator_is_not_closed_by_an_attempt() {
    var event = event();
    var _ = events().open(event, "a refund failed", true, NOON);

    assertThat(events().open(event, "busy", false, LATER)).isFalse();
    events().close(event.id(), LATER);

    assertThat(open(event))
        .containsExactly(new OpenEvent(event, "a refund failed", true, NOON, LATER, 2));
    assertThat(events().close(event.id(), "eve", "refunded by hand", LATER)).isTrue();
  }

  @Test
  default void events_are_listed_oldest_attempt_first_and_handled_ones_last() {
    var handled = event();
    var first = event();
    var second = event();
    var _ = events().open(handled, "a refund failed", true, NOON.minusSeconds(9));
    var _ = events().open(first, "busy", false, NOON.minusSeconds(8));
    var _ = events().open(second, "busy", false, NOON.minusSeconds(7));
    var _ = events().open(first, "busy", false, NOON.minusSeconds(6));

    var all = events().list(1000).items().stream().map(OpenEvent::event).toList();

    assertThat(all).containsSubsequence(second, first, handled);
    assertThat(events().list(1).items()).hasSize(1);
    assertThat(events().list(1).hasMore()).isTrue();
  }

  @Test
  default void an_event_may_lack_an_object() {
    var event = new ProviderEvent(event().id(), "charge.refunded", "");

    assertThat(events().open(event, "no amount", false, NOON)).isTrue();

    assertThat(open(event)).hasSize(1);
  }

  @Test
  default void concurrent_attempts_are_all_counted() {
    var event = event();

    var _ = Race.of(8, _ -> events().open(event, "busy", false, NOON));

    assertThat(open(event)).extracting(OpenEvent::attempts).containsExactly(8);
  }

  private List<OpenEvent> open(ProviderEvent event) {
    return events().list(1000).items().stream().filter(open -> open.event().equals(event)).toList();
  }

  private static ProviderEvent event() {
    var id = UUID.randomUUID().toString();
    return new ProviderEvent("evt_" + id, "checkout.session.completed", "cs_" + id);
  }
}
