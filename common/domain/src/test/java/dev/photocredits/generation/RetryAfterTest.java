package dev.photocredits.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.Limits.Limit;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryAfterTest {
  @ParameterizedTest
  @CsvSource({
    "LOOKUPS, 12:00:00, 60",
    "LOOKUPS, 12:00:00.000000001, 60",
    "LOOKUPS, 12:00:20, 40",
    "LOOKUPS, 12:00:20.5, 40",
    "LOOKUPS, 12:00:59, 1",
    "LOOKUPS, 12:00:59.999999999, 1",
    "HOURLY, 12:00:00, 3600",
    "UNCHARGED, 12:59:59.001, 1",
    "SHARE, 00:00:00, 86400",
    "DAILY, 23:59:30, 30",
    "PENDING, 12:00:00, 30",
    "WAITING, 12:00:59.9, 30"
  })
  void the_wait_is_the_rest_of_the_window_in_whole_seconds(Limit limit, String time, long seconds) {
    var now = Instant.parse("2026-11-23T" + time + "Z");

    var wait = limit.retryAfter(now);

    assertThat(wait).isEqualTo(Duration.ofSeconds(seconds));
  }
}
