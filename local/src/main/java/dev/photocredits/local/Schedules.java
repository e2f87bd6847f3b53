package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.emulators.Template;
import dev.photocredits.local.gateway.LambdaFunction;
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
 * Invokes functions by the template's schedules, like EventBridge. Here only one runs at a time,
 * and the first run comes after one interval.
 */
final class Schedules implements AutoCloseable {
  /** The schedule whose rate a setting of the local run replaces, to avoid waiting for a minute. */
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

  // A failure is logged and does not stop the schedule.
  private static void call(
      Template.Schedule schedule, LambdaFunction function, Consumer<String> log) {
    try {
      var _ = function.call(schedule.input().getBytes(UTF_8), UUID.randomUUID().toString());
    } catch (RuntimeException e) {
      log.accept(schedule.function() + " failed: " + e);
    }
  }

  /** Interrupts a running call, and waits up to 3 seconds for it to finish. */
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
