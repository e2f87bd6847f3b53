package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.generated;
import static dev.photocredits.ledger.Samples.picture;
import static dev.photocredits.ledger.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each picture is added to a pending generation once. */
interface PicturesContract extends LedgerUnderTest {
  @Test
  default void each_picture_is_added_to_a_pending_generation_once() {
    var generation = started(user(10), 3);
    var last = new Picture(2, picture(generation, 2).image());

    assertThat(generations().add(generation, last)).isTrue();
    assertThat(generations().add(generation, picture(generation, 0))).isTrue();
    assertThat(generations().add(generation, last)).isTrue();

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(generation.with(last).with(picture(generation, 0)));
    assertThat(balance(generation.email())).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_second_picture_of_a_variation_is_rejected() {
    var generation = started(user(10), 3);
    assertThat(generations().add(generation, picture(generation, 1))).isTrue();

    var other = new Picture(1, picture(generation, 2).image());

    assertThat(generations().add(generation, other)).isFalse();
    assertThat(generations().find(generation.email(), generation.id()))
        .contains(generation.with(picture(generation, 1)));
  }

  @Test
  default void of_many_concurrent_pictures_of_one_variation_one_is_added() {
    var generation = started(user(10), 3);

    var added =
        Race.of(
            8, i -> generations().add(generation, new Picture(0, picture(generation, i).image())));

    assertThat(added).containsOnlyOnce(true);
    assertThat(generations().find(generation.email(), generation.id()).orElseThrow().images())
        .hasSize(1);
  }

  @Test
  default void no_picture_is_added_to_a_finished_or_unknown_generation() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());
    var unknown = SAMPLES.order(generation.email(), 3);

    assertThat(generations().add(generation, picture(generation, 0))).isFalse();
    assertThat(generations().add(unknown, picture(unknown, 0))).isFalse();

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(failed(generation));
    assertThat(generations().find(unknown.email(), unknown.id())).isEmpty();
  }

  @Test
  default void adding_a_picture_again_succeeds_after_it_was_delivered() {
    var generation = started(user(10), 3);
    assertThat(generations().add(generation, picture(generation, 0))).isTrue();
    assertThat(
            generations()
                .finish(
                    generated(generation, 1),
                    succeeded(generation, 1, 2),
                    SAMPLES.refund(generation, 2)))
        .isEqualTo(new Finished());

    assertThat(generations().add(generation, picture(generation, 0))).isTrue();
    assertThat(generations().add(generation, picture(generation, 1))).isFalse();

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(succeeded(generation, 1, 2));
  }

  @Test
  default void a_finish_that_has_not_seen_the_last_picture_is_overtaken() {
    var generation = started(user(10), 3);
    assertThat(generations().add(generation, picture(generation, 0))).isTrue();

    var blind = generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3));
    var seeing =
        generations()
            .finish(
                generated(generation, 1),
                succeeded(generation, 1, 2),
                SAMPLES.refund(generation, 2));

    assertThat(blind).isEqualTo(new Overtaken(generated(generation, 1)));
    assertThat(seeing).isEqualTo(new Finished());
    assertThat(balance(generation.email())).isEqualTo(9);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }
}
