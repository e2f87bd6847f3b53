package dev.photocredits.credits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.values.Page;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests how many items a run processes, and whether it reports that more are left. */
final class TurnsTest {
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));

  private final Turns turns = new Turns(new TimeOrderedIds(new Random(7)), NOON);

  @ParameterizedTest
  @CsvSource({"0, 0, true", "2, 2, true", "3, 3, false", "4, 3, false"})
  void a_run_processes_items_up_to_its_limit_and_leaves_the_others_to_the_next_run(
      int most, int processed, boolean hasMore) {
    var due = new Page<>(List.of("a", "b", "c"), false);

    var run = turns.take(due, most, Instant.MAX, item -> item);

    assertThat(run.results()).hasSize(processed).isSubsetOf(due.items());
    assertThat(run.hasMore()).isEqualTo(hasMore);
  }

  @Test
  void a_page_that_is_not_the_last_leaves_more() {
    var run = turns.take(new Page<>(List.of("a"), true), 3, Instant.MAX, item -> item);

    assertThat(run.results()).containsExactly("a");
    assertThat(run.hasMore()).isTrue();
  }
}
