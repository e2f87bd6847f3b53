package dev.photocredits.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;

/** The durations of calls, in ascending order. */
public record Durations(List<Duration> each) {
  public Durations {
    each = each.stream().sorted(Comparator.naturalOrder()).toList();
  }

  /** Makes the given number of calls, one after the other, and measures each. */
  static Durations of(int calls, Callable<?> call) throws Exception {
    var times = new ArrayList<Duration>();
    for (var i = 0; i < calls; i++) {
      times.add(of(call));
    }
    return new Durations(times);
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

  /** The shortest time that the given percentage of calls did not exceed. */
  private Duration percentile(int percent) {
    return each.get(Math.ceilDiv(each.size() * percent, 100) - 1);
  }

  public static String millis(Duration time) {
    return time.toMillis() < 10
        ? "%.1f ms".formatted(time.toNanos() / 1e6)
        : time.toMillis() + " ms";
  }
}
