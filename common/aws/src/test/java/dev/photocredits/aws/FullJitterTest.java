package dev.photocredits.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FullJitterTest {
  private static final FullJitter JITTER =
      new FullJitter(Duration.ofMillis(20), Duration.ofMillis(100));

  @ParameterizedTest
  @CsvSource({"1, 20", "2, 40", "3, 80", "4, 100", "5, 100", "1000000, 100"})
  void a_delay_is_random_up_to_a_bound_that_doubles_until_the_last(int attempt, int bound) {
    var delays =
        IntStream.range(0, 2000).mapToLong(_ -> JITTER.computeDelay(attempt).toMillis()).distinct();

    // The probability that one of 101 values is missing in 2,000 delays is 1 in 4 million.
    assertThat(delays.sorted().boxed().toList())
        .isEqualTo(IntStream.rangeClosed(0, bound).mapToObj(Long::valueOf).toList());
  }

  @Test
  void the_retry_strategy_of_the_sdk_uses_these_delays() {
    var strategy = FullJitter.retries(4);

    assertThat(strategy.maxAttempts()).isEqualTo(4);
    assertThat(strategy.toBuilder().build().toString()).contains("FullJitter");
  }
}
