package dev.photocredits.checks.dynamodb;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * The steps of tests without a scheduler: no other task runs, and time passes when the client waits
 * or the test says so. Effects that are due happen then.
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

  /** The next effect that is due by then, whose time it is now; if there is none, it is then. */
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
