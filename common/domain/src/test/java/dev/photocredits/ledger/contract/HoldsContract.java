package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.newSession;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.GenerationId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Starting a generation holds its price, once, if the balance covers it. */
interface HoldsContract extends LedgerUnderTest {
  @Test
  default void starting_a_generation_holds_its_price() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);

    assertThat(generations().start(generation, null, Limits.NONE)).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, generation.id())).contains(generation);
    assertThat(ledger().statement(ada, 1, null).items()).containsExactly(usage(generation));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_last_credits_can_be_spent() {
    var ada = user(3);
    var generation = SAMPLES.order(ada, 3);

    assertThat(generations().start(generation, null, Limits.NONE)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
  }

  @Test
  default void a_generation_that_the_balance_does_not_cover_writes_nothing() {
    var ada = user(2);
    var generation = SAMPLES.order(ada, 3);

    assertThat(generations().start(generation, null, Limits.NONE))
        .isEqualTo(new InsufficientCredits(credits(2)));

    assertThat(balance(ada)).isEqualTo(2);
    assertThat(generations().find(ada, generation.id())).isEmpty();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_for_an_unknown_user_writes_nothing() {
    var generation = SAMPLES.order(newEmail(), 3);

    assertThat(generations().start(generation, null, Limits.NONE))
        .isEqualTo(new StartOutcome.NoSuchUser());

    assertThat(ledger().find(generation.email())).isEmpty();
    assertThat(generations().find(generation.email(), generation.id())).isEmpty();
  }

  @Test
  default void ten_credits_pay_for_three_of_sixty_four_concurrent_generations() {
    var ada = user(10);

    var outcomes = Race.of(64, _ -> start(SAMPLES.order(ada, 3)));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(3);
    assertThat(outcomes).filteredOn(InsufficientCredits.class::isInstance).hasSize(61);
    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_repeated_start_holds_the_price_once_even_when_no_credits_are_left() {
    var ada = user(3);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_id_cannot_be_reused() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation)).isEqualTo(new Started());

    assertThatThrownBy(() -> start(withId(generation.id(), SAMPLES.order(ada, 2))))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_cannot_reuse_the_id_of_a_transaction() {
    var ada = user(10);
    var welcome = ledger().statement(ada, 1, null).items().getFirst();
    var generation = withId(new GenerationId(welcome.id().value()), SAMPLES.order(ada, 3));

    assertThatThrownBy(() -> start(generation)).isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(10);
    assertThat(generations().find(ada, generation.id())).isEmpty();
  }

  private static Generation withId(GenerationId id, Generation other) {
    return new Generation(
        id,
        other.email(),
        other.prompt(),
        other.mode(),
        other.options(),
        other.price(),
        other.createdAt(),
        other.state());
  }

  @Test
  default void concurrent_purchases_and_generations_all_count() {
    var ada = user(30);

    var outcomes =
        Race.of(
            20,
            i ->
                i % 2 == 0
                    ? start(SAMPLES.order(ada, 3))
                    : ledger().grant(ada, SAMPLES.purchase(newSession(), 10), null));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(10);
    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(10);
    assertThat(balance(ada)).isEqualTo(30 - 10 * 3 + 10 * 10);
    Invariants.hold(auditReader(), List.of(ada));
  }
}
