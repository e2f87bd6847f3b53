package dev.photocredits.lambda;

import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.json.Json;
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
 * The metrics of the functions. Each is a field of the log line, from which CloudWatch makes a
 * metric of the same name (embedded metric format). The dimension of every metric is {@code
 * environment}; some have one more field of the line as a dimension. Each value of a dimension is a
 * separate metric, which costs money, so a dimension has only a few values and is never an id.
 *
 * <p>Metrics are for dashboards and alarms. An event is counted at most once: not at all if the
 * process dies before it writes its line. What a customer owns is in the ledger.
 */
public enum Metric {
  /** Credits granted by purchases. */
  CREDITS_SOLD("Count"),
  /** Credits held for generations. */
  CREDITS_TAKEN("Count"),
  /** Credits refunded to generations. */
  CREDITS_REFUNDED("Count"),
  /** Credits that expired unspent. */
  CREDITS_EXPIRED("Count"),
  /**
   * Credits withdrawn or owed because money was returned to the customer; negative if the money
   * comes back.
   */
  CREDITS_REVERSED("Count"),
  /** Generations that ended in a request, by outcome: {@code ok} or the error code. */
  GENERATIONS("Count", "outcome"),
  /** Abandoned generations, which the sweeper ended. */
  GENERATIONS_ABANDONED("Count"),
  /** Generation requests refused because generation is turned off. */
  GENERATIONS_REFUSED("Count"),
  /** Pictures that were requested and not delivered. */
  VARIATIONS_MISSING("Count"),
  /** The time of each response of the model. */
  MODEL_MS("Milliseconds"),
  /** Retired models; each instance counts each model at most once in five minutes. */
  MODELS_RETIRED("Count"),
  /** Calls of the webhook, by result. */
  WEBHOOKS("Count", "webhook"),
  /** What an operator has to look at; lines with the level ERROR describe it. */
  ATTENTION("Count"),
  /** Scheduled tasks that completed. */
  RUNS("Count", "task"),
  /** The age of the oldest pending generation at the time of a sweep; 0 if there is none. */
  PENDING_AGE_SECONDS("Seconds"),
  /** Discrepancies that an audit found. */
  AUDIT_DIFFERENCES("Count"),
  /** Stripe events that are still open after a reconciliation. */
  EVENTS_OPEN("Count"),
  /** How long ago the last moment was up to which Stripe's events have been reconciled. */
  RECONCILIATION_LAG_SECONDS("Seconds"),
  /** Erasures that have begun and not ended at the time of a sweep. */
  ERASURES_OPEN("Count");

  /** The namespace of the metrics unless the setting {@code METRICS_NAMESPACE} names another. */
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

  /**
   * The metrics of an ended generation. They are counted once, because a repeat of a request does
   * no work.
   */
  public static Map<Metric, Object> of(Work work) {
    var metrics = new EnumMap<Metric, Object>(Metric.class);
    metrics.put(GENERATIONS, 1L);
    metrics.put(CREDITS_TAKEN, (long) work.price().value());
    metrics.put(CREDITS_REFUNDED, (long) work.refunded().value());
    metrics.put(VARIATIONS_MISSING, (long) work.missing().size());
    if (!work.answers().isEmpty()) {
      metrics.put(MODEL_MS, work.answers().stream().map(Duration::toMillis).toList());
    }
    return metrics;
  }

  /** The name of the field and of the metric in CloudWatch. */
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The dimensions: names of fields of the same line, whose values are strings. */
  public List<String> dimensions() {
    return by == null ? List.of(ENVIRONMENT) : List.of(ENVIRONMENT, by);
  }

  /** The directive that makes CloudWatch extract these metrics from the line. */
  static Map<String, @Nullable Object> directive(
      String namespace, Set<Metric> metrics, Instant now) {
    var byDimensions = new LinkedHashMap<List<String>, List<Object>>();
    for (var metric : metrics) {
      byDimensions
          .computeIfAbsent(metric.dimensions(), _ -> new ArrayList<>())
          .add(Json.object("Name", metric.field(), "Unit", metric.unit));
    }
    var directives = new ArrayList<Object>();
    for (var group : byDimensions.entrySet()) {
      directives.add(
          Json.object(
              "Namespace", namespace,
              "Dimensions", List.of(group.getKey()),
              "Metrics", group.getValue()));
    }
    return Json.object("Timestamp", now.toEpochMilli(), "CloudWatchMetrics", directives);
  }
}
