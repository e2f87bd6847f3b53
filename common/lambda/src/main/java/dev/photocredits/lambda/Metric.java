package dev.photocredits.lambda;

import dev.photocredits.generation.DrawOutcome.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is counted and measured: a field of the log line, of which CloudWatch makes a metric of the
 * same name (embedded metric format). All of them are told apart by {@code environment}, and a few
 * by one more field of the line. Each value of that is a metric of its own, which costs money, so
 * it has a handful of values and never an id.
 *
 * <p>They are for seeing and for alarms. What happened is counted once, or not at all if the
 * process dies before its line; what a customer has is told by the ledger.
 */
public enum Metric {
  /** Credits that were granted for money. */
  CREDITS_SOLD("Count"),
  /** Credits that were taken for generations. */
  CREDITS_TAKEN("Count"),
  /** Credits that generations gave back. */
  CREDITS_REFUNDED("Count"),
  /** Credits that expired before anybody spent them. */
  CREDITS_EXPIRED("Count"),
  /** Credits that were taken back or are owed since money went back; negative as it comes back. */
  CREDITS_REVERSED("Count"),
  /** Generations that came to an end in a request: {@code ok}, or the code of the error. */
  GENERATIONS("Count", "outcome"),
  /** Generations that nobody finished, ended by the sweeper. */
  GENERATIONS_ABANDONED("Count"),
  /** Orders that were refused since generation is turned off. */
  GENERATIONS_REFUSED("Count"),
  /** Pictures that were ordered and not delivered. */
  VARIATIONS_MISSING("Count"),
  /** How long the model took, each answer by itself. */
  MODEL_MS("Milliseconds"),
  /** Models that the API no longer serves, each once in five minutes by each instance. */
  MODELS_RETIRED("Count"),
  /** Calls of the webhook, by what came of them. */
  WEBHOOKS("Count", "webhook"),
  /** What a person has to look at: lines of the level ERROR say what it is. */
  ATTENTION("Count"),
  /** Scheduled tasks that were done. */
  RUNS("Count", "task"),
  /** How old the oldest pending generation is, as a sweep finds it; 0 if there is none. */
  PENDING_AGE_SECONDS("Seconds"),
  /** What an audit found that does not add up. */
  AUDIT_DIFFERENCES("Count"),
  /** Events of Stripe's that are not settled after a reconciliation. */
  EVENTS_OPEN("Count"),
  /** Erasures that have begun and not ended, as a sweep finds them. */
  ERASURES_OPEN("Count");

  static final String NAMESPACE = "photo-credits";
  static final String ENVIRONMENT = "environment";

  private final String unit;
  private final @Nullable String by;

  Metric(String unit) {
    this(unit, null);
  }

  Metric(String unit, @Nullable String by) {
    this.unit = unit;
    this.by = by;
  }

  /** What a generation took to come to its end: once for each, since a repeat has done no work. */
  public static Map<Metric, Object> of(Work work) {
    var metrics = new EnumMap<Metric, Object>(Metric.class);
    metrics.put(GENERATIONS, 1L);
    metrics.put(CREDITS_TAKEN, (long) work.taken().value());
    metrics.put(CREDITS_REFUNDED, (long) work.refunded().value());
    metrics.put(VARIATIONS_MISSING, (long) work.missing().size());
    if (!work.answers().isEmpty()) {
      metrics.put(MODEL_MS, work.answers().stream().map(Duration::toMillis).toList());
    }
    return metrics;
  }

  /** The name, of the field and in CloudWatch. */
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The fields that tell one metric of this name from another; texts of the same line. */
  public List<String> dimensions() {
    return by == null ? List.of(ENVIRONMENT) : List.of(ENVIRONMENT, by);
  }

  /** What tells CloudWatch to make metrics of these fields of the line. */
  static Map<String, @Nullable Object> directive(Set<Metric> metrics, Instant now) {
    var alike = new LinkedHashMap<List<String>, List<Object>>();
    for (var metric : metrics) {
      alike
          .computeIfAbsent(metric.dimensions(), _ -> new ArrayList<>())
          .add(Json.object("Name", metric.field(), "Unit", metric.unit));
    }
    var directives = new ArrayList<Object>();
    for (var some : alike.entrySet()) {
      directives.add(
          Json.object(
              "Namespace", NAMESPACE,
              "Dimensions", List.of(some.getKey()),
              "Metrics", some.getValue()));
    }
    return Json.object("Timestamp", now.toEpochMilli(), "CloudWatchMetrics", directives);
  }
}
