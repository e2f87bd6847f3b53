package dev.photocredits.simulator.dynamodb;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * The steps of a test without a scheduler. No other task runs. Time advances only by {@link
 * #sleep}, which the client and the test call; it runs the delayed effects that are due.
 */
public final class SingleCaller implements Steps, InstantSource {
  private final TreeMap<Instant, Runnable> due = new TreeMap<>();
  private Instant now;

  public SingleCaller(Instant now) {
    this.now = now;
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public void before(DynamoDbRequest request) {
    // There is no other task.
  }

  @Override
  public void after(DynamoDbRequest request) {
    // There is no other task.
  }

  @Override
  public void sleep(Duration time) {
    var end = instant().plus(time);
    for (var next = next(end); next != null; next = next(end)) {
      next.run();
    }
  }

  /** Advances to the next effect due by this time and returns it; null at this time if none is. */
  private synchronized @Nullable Runnable next(Instant end) {
    var next = due.isEmpty() ? end : due.firstKey();
    var effect = next.isAfter(end) ? null : due.remove(next);
    now = effect == null ? end : next;
    return effect;
  }

  @Override
  public synchronized void later(Duration delay, Runnable effect) {
    var at = now.plus(delay);
    while (due.containsKey(at)) {
      at = at.plusNanos(1);
    }
    due.put(at, effect);
  }
}
