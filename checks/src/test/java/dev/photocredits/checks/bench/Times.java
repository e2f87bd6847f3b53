package dev.photocredits.checks.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;

/** How long each of some calls took. */
public record Times(List<Duration> each) {
  public Times {
    each = each.stream().sorted(Comparator.naturalOrder()).toList();
  }

  /** The times of calls made one after the other, so many of them. */
  static Times of(int calls, Callable<?> call) throws Exception {
    var times = new ArrayList<Duration>();
    for (var i = 0; i < calls; i++) {
      times.add(of(call));
    }
    return new Times(times);
  }

  static Duration of(Callable<?> call) throws Exception {
    var started = System.nanoTime();
    var _ = call.call();
    return Duration.ofNanos(System.nanoTime() - started);
  }

  public Duration p50() {
    return percentile(50);
  }

  Duration p95() {
    return percentile(95);
  }

  public Duration p99() {
    return percentile(99);
  }

  Duration slowest() {
    return each.getLast();
  }

  /** The least time that so many percent of the calls did not exceed. */
  private Duration percentile(int percent) {
    return each.get(Math.ceilDiv(each.size() * percent, 100) - 1);
  }

  public static String millis(Duration time) {
    return time.toMillis() < 10
        ? "%.1f ms".formatted(time.toNanos() / 1e6)
        : time.toMillis() + " ms";
  }
}
