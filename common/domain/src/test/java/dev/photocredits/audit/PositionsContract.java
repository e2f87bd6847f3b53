package dev.photocredits.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Position.Segment;
import dev.photocredits.audit.Position.Tally;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract that every {@link Positions} must satisfy. Each test has a store of its own. */
public interface PositionsContract {
  Instant NOW = Instant.parse("2126-11-30T12:00:00.123456789Z");

  Positions positions();

  /** A position of a version; the number of accounts identifies the run that saved it. */
  private static Position position(int version, int accounts, Segment... segments) {
    return new Position(
        version, NOW, NOW.plusSeconds(version), List.of(segments), new Tally(accounts, 2, 3));
  }

  @Test
  default void a_position_is_found_as_it_was_saved() {
    var position =
        position(
            1,
            7,
            new Segment("USER#ada@example.com\nTXN#1", false),
            new Segment(null, false),
            new Segment(null, true));

    assertThat(positions().find()).isEmpty();
    assertThat(positions().save(position)).isTrue();

    assertThat(positions().find()).contains(position);
  }

  @Test
  default void segments_keep_their_order() {
    var segments = IntStream.range(0, 12).mapToObj(i -> new Segment("after " + i, false)).toList();
    var position = new Position(1, NOW, NOW, segments, Tally.NOTHING);

    assertThat(positions().save(position)).isTrue();

    assertThat(positions().find()).contains(position);
  }

  @Test
  default void a_position_replaces_only_the_version_before_it() {
    assertThat(positions().save(position(1, 1, new Segment("a", false)))).isTrue();
    var second = position(2, 2, new Segment("b", false));
    assertThat(positions().save(second)).isTrue();

    var late = positions().save(position(2, 3, new Segment("c", false)));
    var first = positions().save(position(1, 3, new Segment("c", false)));
    var early = positions().save(position(4, 3, new Segment("c", false)));

    assertThat(List.of(late, first, early)).containsOnly(false);
    assertThat(positions().find()).contains(second);
  }

  @Test
  default void repeating_a_save_succeeds() {
    var position = position(1, 1, new Segment("a", false));
    assertThat(positions().save(position)).isTrue();

    assertThat(positions().save(position)).isTrue();

    assertThat(positions().find()).contains(position);
  }

  @Test
  default void of_many_concurrent_saves_one_succeeds() throws InterruptedException {
    var tasks =
        IntStream.range(0, 8)
            .<Callable<Boolean>>mapToObj(
                i -> () -> positions().save(position(1, i, new Segment("a", false))))
            .toList();

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var saved = threads.invokeAll(tasks).stream().filter(it -> it.resultNow()).count();

      assertThat(saved).isEqualTo(1);
    }
  }
}
