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
 * each waste a call on them. In that time, each instance of a function logs an attention once for
 * such a model. This object outlives a function's wiring, which is renewed just as often.
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

  /** The models that are not known as retired, in the given order; all models if none is left. */
  List<String> without(List<String> models) {
    var served = models.stream().filter(model -> !isRetired(model)).toList();
    return served.isEmpty() ? models : served;
  }

  private boolean isRetired(String model) {
    var until = retiredUntil.get(model);
    return until != null && clock.instant().isBefore(until);
  }

  /** Remembers a model as retired, and logs an attention unless it is already remembered. */
  synchronized void add(String model) {
    if (!isRetired(model)) {
      var now = clock.instant();
      retiredUntil.put(model, now.plus(MEMORY));
      log.attention(now, Map.of("model_retired", model), Map.of(Metric.MODELS_RETIRED, 1L));
    }
  }
}
