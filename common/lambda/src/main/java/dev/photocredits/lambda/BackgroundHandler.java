package dev.photocredits.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function without a waiting caller. It processes the event, writes one log line per run and
 * returns the counts of its report. A failed run throws, so that Lambda counts it as an error and
 * retries it.
 */
public abstract class BackgroundHandler
    implements RequestHandler<Map<String, Object>, Map<String, ?>> {
  /** The part of the function's time that is reserved for finishing work that has begun. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /**
   * The maximum number of alarms in a log line, which would be truncated if it were too long. All
   * alarms are counted.
   */
  private static final int MAX_LOGGED_ALARMS = 20;

  private final Log log;
  private final InstantSource clock;

  protected BackgroundHandler(Environment environment) {
    this(Log.of(environment), environment.clock());
  }

  protected BackgroundHandler(Log log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Registers the function's wiring for SnapStart. See {@link SnapStart#of}. */
  protected final <W> SnapStart<W> snapStart(
      Environment variables,
      Function<Environment, Supplier<Environment>> open,
      Function<Environment, W> wire,
      Priming<W> priming) {
    return SnapStart.of(log, variables, open, wire, priming);
  }

  /**
   * The result of a run.
   *
   * @param counts for the log line and the response; never contains an e-mail address
   * @param metrics values of metrics: a number, or a list of numbers
   * @param alarms what an operator has to look at; if there are any, the log line has the level
   *     ERROR
   * @param failure what ended the run early, or null. The run is then logged with everything above,
   *     does not count as done, and fails
   */
  public record Report(
      Map<String, ?> counts,
      Map<Metric, Object> metrics,
      List<?> alarms,
      @Nullable RuntimeException failure) {
    public Report {
      alarms = List.copyOf(alarms);
    }

    /** The report of a completed run. */
    public Report(Map<String, ?> counts, Map<Metric, Object> metrics, List<?> alarms) {
      this(counts, metrics, alarms, null);
    }
  }

  /** Describes the event for the log; never with an e-mail address. */
  protected abstract Map<String, ?> about(Map<String, Object> event);

  /**
   * Processes the event.
   *
   * @param deadline the time after which no new work may begin
   */
  protected abstract Report run(Map<String, Object> event, Instant deadline);

  /**
   * Writes a separate log line during a run, so that it is logged even if the run does not end.
   *
   * @param fields never contain an e-mail address
   */
  protected final void logInfo(Map<String, ?> fields, Map<Metric, Long> metrics) {
    log.write("INFO", clock.instant(), fields, metrics);
  }

  /**
   * Writes a separate log line about something that an operator has to look at: {@link
   * Log#attention}.
   */
  protected final void logAttention(Map<String, ?> fields) {
    log.attention(clock.instant(), fields, Map.of());
  }

  @Override
  public final Map<String, ?> handleRequest(Map<String, Object> event, Context context) {
    var started = System.nanoTime();
    var deadline = clock.instant().plusMillis(context.getRemainingTimeInMillis()).minus(MARGIN);
    var line = new LinkedHashMap<String, @Nullable Object>();
    line.put("lambda_request_id", context.getAwsRequestId());
    try {
      line.putAll(about(event));
      var report = run(event, deadline);
      line.put("outcome", report.failure() == null ? "ok" : "failed");
      line.putAll(report.counts());
      if (!report.alarms().isEmpty()) {
        line.put(
            "alarms",
            report.alarms().stream()
                .limit(MAX_LOGGED_ALARMS)
                .map(BackgroundHandler::loggable)
                .toList());
      }
      if (report.failure() != null) {
        line.put("error", Log.describe(report.failure()));
      }
      var metrics = new EnumMap<Metric, Object>(Metric.class);
      metrics.putAll(report.metrics());
      metrics.put(Metric.ATTENTION, (long) report.alarms().size());
      if (report.failure() != null) {
        metrics.remove(Metric.RUNS);
      }
      var isClean = report.alarms().isEmpty() && report.failure() == null;
      write(isClean ? "INFO" : "ERROR", line, metrics, started);
      if (report.failure() == null) {
        return report.counts();
      }
    } catch (RuntimeException | Error thrown) {
      line.put("outcome", "failed");
      line.put("error", Log.describe(thrown));
      write("ERROR", line, Map.of(), started);
    }
    // Without a cause, because Lambda logs the thrown exception with all messages.
    throw new IllegalStateException("the run failed; see the log line above");
  }

  private static Object loggable(Object alarm) {
    return alarm instanceof Throwable thrown ? Log.describe(thrown) : alarm.toString();
  }

  private void write(
      String level, Map<String, @Nullable Object> line, Map<Metric, ?> metrics, long started) {
    line.put("duration_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    log.write(level, clock.instant(), line, metrics);
  }
}
