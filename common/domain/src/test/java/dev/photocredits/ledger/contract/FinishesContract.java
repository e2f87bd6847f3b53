package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.deleted;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.picture;
import static dev.photocredits.ledger.Samples.succeeded;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A generation ends once, and its end captures the price or refunds a part of it. */
interface FinishesContract extends LedgerUnderTest {
  @Test
  default void a_complete_delivery_captures_the_whole_price() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 3, 0);

    assertThat(generations().finish(generation, delivered, null)).isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id())).contains(delivered);
    assertThat(balance(generation.email())).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_partial_delivery_refunds_the_rest() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 2, 1);
    var refund = SAMPLES.refund(generation, 1);

    assertThat(generations().finish(generation, delivered, refund)).isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id())).contains(delivered);
    assertThat(balance(generation.email())).isEqualTo(8);
    assertThat(ledger().statement(generation.email(), 1, null).items()).containsExactly(refund);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_failed_generation_is_refunded_in_full() {
    var generation = started(user(10), 3);

    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(failed(generation));
    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void repeating_the_same_finish_changes_nothing() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 2, 1);
    var refund = SAMPLES.refund(generation, 1);
    assertThat(generations().finish(generation, delivered, refund)).isEqualTo(new Finished());

    assertThat(generations().finish(generation, delivered, refund)).isEqualTo(new Finished());

    assertThat(balance(generation.email())).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_second_failure_refunds_nothing() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Overtaken(failed(generation)));

    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_refund_that_reuses_the_id_of_another_finishes_nothing() {
    var ada = user(10);
    var first = started(ada, 3);
    var second = started(ada, 4);
    var refund = SAMPLES.refund(first, 3);
    assertThat(generations().finish(first, failed(first), refund)).isEqualTo(new Finished());
    assertThat(generations().finish(second, failed(second), SAMPLES.refund(second, 4)))
        .isEqualTo(new Finished());

    var late = generations().finish(second, failed(second), SAMPLES.refund(refund.id(), second, 4));

    assertThat(late).isEqualTo(new Overtaken(failed(second)));
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_second_finish_changes_nothing_and_is_overtaken() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    var late = generations().finish(generation, succeeded(generation, 3, 0), null);
    var later =
        generations()
            .finish(generation, succeeded(generation, 1, 2), SAMPLES.refund(generation, 2));

    assertThat(late).isEqualTo(new Overtaken(failed(generation)));
    assertThat(later).isEqualTo(new Overtaken(failed(generation)));
    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void of_many_concurrent_finishes_one_wins() {
    var generation = started(user(10), 3);

    var outcomes =
        Race.of(
            24,
            i ->
                switch (i % 3) {
                  case 0 ->
                      generations()
                          .finish(generation, failed(generation), SAMPLES.refund(generation, 3));
                  case 1 ->
                      generations()
                          .finish(
                              generation,
                              succeeded(generation, 2, 1),
                              SAMPLES.refund(generation, 1));
                  default -> generations().finish(generation, succeeded(generation, 3, 0), null);
                });

    var end = generations().find(generation.email(), generation.id()).orElseThrow();
    assertThat(outcomes)
        .allSatisfy(
            outcome ->
                assertThat(outcome).isIn((FinishOutcome) new Finished(), new Overtaken(end)));
    assertThat(balance(generation.email())).isEqualTo(7 + end.refunded().value());
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_pending_generation_is_cancelled_and_refunded_once() {
    var generation = started(user(10), 3);
    var deleted = deleted(generation, 3);

    var outcomes =
        Race.of(8, _ -> generations().finish(generation, deleted, SAMPLES.refund(generation, 3)));

    assertThat(outcomes).containsOnlyOnce(new Finished());
    assertThat(generations().find(generation.email(), generation.id())).contains(deleted);
    assertThat(generations().add(generation, picture(generation, 0))).isFalse();
    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_delivered_generation_is_deleted_without_another_refund() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 2, 1);
    assertThat(generations().finish(generation, delivered, SAMPLES.refund(generation, 1)))
        .isEqualTo(new Finished());

    assertThat(generations().finish(delivered, deleted(delivered, 1), null))
        .isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(deleted(delivered, 1));
    assertThat(balance(generation.email())).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_finished_generation_cannot_be_cancelled() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, succeeded(generation, 3, 0), null))
        .isEqualTo(new Finished());

    assertThat(
            generations().finish(generation, deleted(generation, 3), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Overtaken(succeeded(generation, 3, 0)));

    assertThat(balance(generation.email())).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void an_unknown_generation_cannot_be_finished() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);

    assertThatThrownBy(
            () ->
                generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> generations().finish(generation, succeeded(generation, 3, 0), null))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(10);
    assertThat(generations().find(ada, generation.id())).isEmpty();
  }

  @Test
  default void a_refund_cannot_reuse_the_id_of_a_transaction() {
    var generation = started(user(10), 3);

    assertThatThrownBy(
            () ->
                generations()
                    .finish(
                        generation,
                        failed(generation),
                        SAMPLES.refund(usage(generation).id(), generation, 3)))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(generation.email())).isEqualTo(7);
    assertThat(generations().find(generation.email(), generation.id())).contains(generation);
  }
}
