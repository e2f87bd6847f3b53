package dev.photocredits.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FullJitterTest {
  private static final FullJitter WAITS =
      new FullJitter(Duration.ofMillis(20), Duration.ofMillis(100));

  @ParameterizedTest
  @CsvSource({"1, 20", "2, 40", "3, 80", "4, 100", "5, 100", "1000000, 100"})
  void a_wait_is_anything_up_to_a_bound_that_doubles_until_the_last(int attempt, int bound) {
    var waits =
        IntStream.range(0, 2000).mapToLong(_ -> WAITS.computeDelay(attempt).toMillis()).distinct();

    // That one of 101 values is never drawn in 2,000 draws has a chance of 1 in 4 million.
    assertThat(waits.sorted().boxed().toList())
        .isEqualTo(IntStream.rangeClosed(0, bound).mapToObj(Long::valueOf).toList());
  }

  @Test
  void clients_of_the_sdk_wait_like_that() {
    var strategy = FullJitter.retries(4);

    assertThat(strategy.maxAttempts()).isEqualTo(4);
    assertThat(strategy.toBuilder().build().toString()).contains("FullJitter");
  }
}
