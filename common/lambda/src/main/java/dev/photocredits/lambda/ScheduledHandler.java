package dev.photocredits.lambda;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** A function that a schedule invokes with {@code {"task": …}}. */
public abstract class ScheduledHandler extends BackgroundHandler {

  protected ScheduledHandler(Environment environment) {
    super(environment);
  }

  protected ScheduledHandler(Log log, InstantSource clock) {
    super(log, clock);
  }

  /**
   * The task that a schedule asks for.
   *
   * @param resumes whether the run may only continue what an earlier run began: {@code "resume":
   *     true}
   */
  public record Task(String name, boolean resumes) {}

  /**
   * Runs the task. If the task completes, its report or a line of its own counts {@link
   * Metric#RUNS}.
   *
   * @param deadline the time after which no new work may begin
   */
  protected abstract Report run(Task task, Instant deadline);

  @Override
  protected final Map<String, ?> about(Map<String, Object> event) {
    return Map.of("task", task(event).name());
  }

  @Override
  protected final Report run(Map<String, Object> event, Instant deadline) {
    return run(task(event), deadline);
  }

  private static Task task(Map<String, Object> event) {
    return new Task(String.valueOf(event.get("task")), Boolean.TRUE.equals(event.get("resume")));
  }
}
