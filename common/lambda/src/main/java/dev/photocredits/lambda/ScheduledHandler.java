package dev.photocredits.lambda;

import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** A function that a schedule calls with {@code {"task": …}}. */
public abstract class ScheduledHandler extends BackgroundHandler {

  protected ScheduledHandler(Environment environment) {
    super(environment);
  }

  protected ScheduledHandler(Log log, InstantSource clock) {
    super(log, clock);
  }

  /**
   * Does the task of that name.
   *
   * @param deadline after which nothing more is begun
   */
  protected abstract Report run(String task, Instant deadline);

  @Override
  protected final Map<String, ?> about(Map<String, Object> event) {
    return Map.of("task", task(event));
  }

  @Override
  protected final Report run(Map<String, Object> event, Instant deadline) {
    var report = run(task(event), deadline);
    var metrics = new EnumMap<Metric, Object>(Metric.class);
    metrics.putAll(report.metrics());
    metrics.put(Metric.RUNS, 1L);
    return new Report(report.counts(), metrics, report.alarms());
  }

  private static String task(Map<String, Object> event) {
    return String.valueOf(event.get("task"));
  }
}
