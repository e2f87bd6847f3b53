package dev.photocredits.credits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many items get their turn in a run, and whether any are left for the next one. */
final class TurnsTest {
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));

  private final Turns turns = new Turns(new TimeOrderedIds(new Random(7)), NOON);

  @ParameterizedTest
  @CsvSource({"0, 0, true", "2, 2, true", "3, 3, false", "4, 3, false"})
  void of_three_items_a_run_takes_as_many_as_it_may_and_leaves_the_others_to_the_next(
      int most, int taken, boolean hasMore) {
    var due = new Page<>(List.of("a", "b", "c"), false);

    var run = turns.take(due, most, Instant.MAX, item -> item);

    assertThat(run.results()).hasSize(taken).isSubsetOf(due.items());
    assertThat(run.hasMore()).isEqualTo(hasMore);
  }

  @Test
  void a_page_that_was_not_the_last_one_leaves_more() {
    var run = turns.take(new Page<>(List.of("a"), true), 3, Instant.MAX, item -> item);

    assertThat(run.results()).containsExactly("a");
    assertThat(run.hasMore()).isTrue();
  }
}
