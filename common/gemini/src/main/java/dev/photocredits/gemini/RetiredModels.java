package dev.photocredits.gemini;

import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers for five minutes which models the API no longer serves, so that later pictures do not
 * each waste a call on them. Each of them is raised as attention once in that time, by each
 * instance of a function. Outlives a function's wiring, which is renewed just as often.
 */
public final class RetiredModels {
  private static final Duration MEMORY = Duration.ofMinutes(5);

  private final Log log;
  private final InstantSource clock;
  private final Map<String, Instant> retiredUntil = new ConcurrentHashMap<>();

  public RetiredModels(Log log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /**
   * Those of the models that are not remembered as retired, in their order; all if none is left.
   */
  List<String> without(List<String> models) {
    var served = models.stream().filter(model -> !isRetired(model)).toList();
    return served.isEmpty() ? models : served;
  }

  private boolean isRetired(String model) {
    var until = retiredUntil.get(model);
    return until != null && clock.instant().isBefore(until);
  }

  /** Remembers that model, and raises it unless that was done within the five minutes. */
  synchronized void add(String model) {
    if (!isRetired(model)) {
      var now = clock.instant();
      retiredUntil.put(model, now.plus(MEMORY));
      log.attention(now, Map.of("model_retired", model), Map.of(Metric.MODELS_RETIRED, 1L));
    }
  }
}
