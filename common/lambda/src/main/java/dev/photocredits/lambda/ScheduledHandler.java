package dev.photocredits.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function that a schedule calls with {@code {"task": …}}: does the task, writes one log line a
 * run, and answers its report. A run that fails throws, so that Lambda counts it and tries again.
 */
public abstract class ScheduledHandler
    implements RequestHandler<Map<String, Object>, Map<String, ?>> {
  /** What is left of the function's time for ending what was begun. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Log log;
  private final InstantSource clock;
  private final boolean hasSecret;

  protected ScheduledHandler(Environment environment) {
    this(Log.of(environment), Clock.systemUTC(), SnapStart.hasSecret(environment));
  }

  ScheduledHandler(Log log, InstantSource clock) {
    this(log, clock, false);
  }

  private ScheduledHandler(Log log, InstantSource clock, boolean hasSecret) {
    this.log = log;
    this.clock = clock;
    this.hasSecret = hasSecret;
  }

  /** The function's wiring, ready for SnapStart: primed by what it can try without writing. */
  protected final <W> SnapStart<W> snapStart(Supplier<W> wire, Consumer<W> prime) {
    return SnapStart.of(log, clock, hasSecret, wire, prime);
  }

  /**
   * What a run did.
   *
   * @param counts for the log and the answer; never an e-mail address
   * @param metrics what is counted by it
   * @param alarms what somebody should look at: the log line gets the level ERROR
   */
  public record Report(Map<String, ?> counts, Map<Metric, Long> metrics, List<?> alarms) {
    public Report {
      alarms = List.copyOf(alarms);
    }
  }

  /**
   * Does the task of that name.
   *
   * @param deadline after which nothing more is begun
   */
  protected abstract Report run(String task, Instant deadline);

  @Override
  public final Map<String, ?> handleRequest(Map<String, Object> event, Context context) {
    var started = System.nanoTime();
    var task = String.valueOf(event.get("task"));
    var deadline = clock.instant().plusMillis(context.getRemainingTimeInMillis()).minus(MARGIN);
    var line = new LinkedHashMap<String, @Nullable Object>();
    line.put("lambda_request_id", context.getAwsRequestId());
    line.put("task", task);
    try {
      var report = run(task, deadline);
      line.put("outcome", "ok");
      line.putAll(report.counts());
      if (!report.alarms().isEmpty()) {
        line.put("alarms", report.alarms().stream().map(ScheduledHandler::told).toList());
      }
      var metrics = new EnumMap<Metric, Long>(Metric.class);
      metrics.putAll(report.metrics());
      metrics.put(Metric.RUNS, 1L);
      metrics.put(Metric.ATTENTION, (long) report.alarms().size());
      write(report.alarms().isEmpty() ? "INFO" : "ERROR", line, metrics, started);
      return report.counts();
    } catch (RuntimeException thrown) {
      line.put("outcome", "failed");
      line.put("error", Log.describe(thrown));
      write("ERROR", line, Map.of(), started);
      // Without its cause: Lambda logs what is thrown, word by word.
      throw new IllegalStateException("the task failed, see the line above");
    }
  }

  private static Object told(Object alarm) {
    return alarm instanceof Throwable thrown ? Log.describe(thrown) : alarm.toString();
  }

  private void write(
      String level, Map<String, @Nullable Object> line, Map<Metric, Long> metrics, long started) {
    line.put("duration_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    log.write(level, clock.instant(), line, metrics);
  }
}
