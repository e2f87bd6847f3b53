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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function that nobody waits for: does what the event says, writes one log line a run, and
 * answers its report. A run that fails throws, so that Lambda counts it and tries again.
 */
public abstract class BackgroundHandler
    implements RequestHandler<Map<String, Object>, Map<String, ?>> {
  /** What is left of the function's time for ending what was begun. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /** Alarms that a line tells; it counts all of them. A line that is too long would be cut. */
  private static final int MOST_ALARMS = 20;

  private final Log log;
  private final InstantSource clock;
  private final boolean hasSecret;

  protected BackgroundHandler(Environment environment) {
    this(Log.of(environment), environment.clock(), SnapStart.hasSecret(environment));
  }

  protected BackgroundHandler(Log log, InstantSource clock) {
    this(log, clock, false);
  }

  private BackgroundHandler(Log log, InstantSource clock, boolean hasSecret) {
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
   * @param metrics what is counted by it: a number, or a list of numbers
   * @param alarms what somebody should look at: the log line gets the level ERROR
   * @param failure what ended the run early: the run is logged with all of this, is not counted as
   *     done, and fails
   */
  public record Report(
      Map<String, ?> counts,
      Map<Metric, Object> metrics,
      List<?> alarms,
      @Nullable RuntimeException failure) {
    public Report {
      alarms = List.copyOf(alarms);
    }

    /** Of a run that came to its end. */
    public Report(Map<String, ?> counts, Map<Metric, Object> metrics, List<?> alarms) {
      this(counts, metrics, alarms, null);
    }
  }

  /** What the event is about, for the log; never an e-mail address. */
  protected abstract Map<String, ?> about(Map<String, Object> event);

  /**
   * Does it.
   *
   * @param deadline after which nothing more is begun
   */
  protected abstract Report run(Map<String, Object> event, Instant deadline);

  /**
   * Writes a line of its own while a run is under way, so that it is told whatever becomes of the
   * run.
   *
   * @param fields never an e-mail address
   */
  protected final void tell(Map<String, ?> fields, Map<Metric, Long> metrics) {
    log.write("INFO", clock.instant(), fields, metrics);
  }

  /** The same about what an operator has to look at: {@link Log#attention}. */
  protected final void raise(Map<String, ?> fields) {
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
            report.alarms().stream().limit(MOST_ALARMS).map(BackgroundHandler::told).toList());
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
      var isFine = report.alarms().isEmpty() && report.failure() == null;
      write(isFine ? "INFO" : "ERROR", line, metrics, started);
      if (report.failure() == null) {
        return report.counts();
      }
    } catch (RuntimeException | Error thrown) {
      line.put("outcome", "failed");
      line.put("error", Log.describe(thrown));
      write("ERROR", line, Map.of(), started);
    }
    // Without its cause: Lambda logs what is thrown, word by word.
    throw new IllegalStateException("the task failed, see the line above");
  }

  private static Object told(Object alarm) {
    return alarm instanceof Throwable thrown ? Log.describe(thrown) : alarm.toString();
  }

  private void write(
      String level, Map<String, @Nullable Object> line, Map<Metric, ?> metrics, long started) {
    line.put("duration_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    log.write(level, clock.instant(), line, metrics);
  }
}
