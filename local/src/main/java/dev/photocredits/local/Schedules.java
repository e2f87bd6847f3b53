package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Calls functions as EventBridge does by the template's schedules: one after the other here, each
 * at its own rate, the first time when that has passed once.
 */
final class Schedules implements AutoCloseable {
  /** The schedule whose rate is a setting of the local run, so that nobody waits for a minute. */
  private static final String SWEEP = "Sweep";

  private final ScheduledExecutorService timer;

  private Schedules(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  static Schedules start(
      List<Template.Schedule> schedules,
      Map<String, LambdaFunction> functions,
      Duration sweepInterval,
      Consumer<String> log) {
    var timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("schedules").factory());
    for (var schedule : schedules) {
      var function = Objects.requireNonNull(functions.get(schedule.function()));
      var rate = (schedule.name().equals(SWEEP) ? sweepInterval : schedule.rate()).toMillis();
      var _ =
          timer.scheduleWithFixedDelay(
              () -> call(schedule, function, log), rate, rate, TimeUnit.MILLISECONDS);
    }
    return new Schedules(timer);
  }

  // A run that failed is told of, and the next one comes all the same.
  private static void call(
      Template.Schedule schedule, LambdaFunction function, Consumer<String> log) {
    try {
      var _ = function.call(schedule.input().getBytes(UTF_8), UUID.randomUUID().toString());
    } catch (RuntimeException e) {
      log.accept(schedule.function() + " failed: " + e);
    }
  }

  /** Lets a run that is under way end for up to 3 seconds. */
  @Override
  public void close() {
    timer.shutdownNow();
    try {
      var _ = timer.awaitTermination(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
