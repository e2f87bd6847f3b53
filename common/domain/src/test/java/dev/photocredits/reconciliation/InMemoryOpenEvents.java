package dev.photocredits.reconciliation;

import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.values.Page;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** {@link OpenEvents} in memory. */
public final class InMemoryOpenEvents implements OpenEvents {
  private final Map<String, OpenEvent> known = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final Set<String> closedByOperators = new HashSet<>();

  @Override
  public synchronized boolean open(
      ProviderEvent event, String problem, boolean isHandled, Instant now) {
    if (closedByOperators.contains(event.id())) {
      return false;
    }
    var before = known.get(event.id());
    var wasOpen = open.contains(event.id());
    known.put(
        event.id(),
        before == null
            ? new OpenEvent(event, problem, isHandled, now, now, 1)
            : wasOpen && before.isHandled() && !isHandled
                ? again(before, before.problem(), true, now)
                : again(before, problem, isHandled, now));
    open.add(event.id());
    return !wasOpen;
  }

  private static OpenEvent again(OpenEvent before, String problem, boolean isHandled, Instant now) {
    return new OpenEvent(
        before.event(), problem, isHandled, before.openedAt(), now, before.attempts() + 1);
  }

  @Override
  public synchronized void close(String event, Instant now) {
    var before = known.get(event);
    if (before != null && !before.isHandled()) {
      open.remove(event);
    }
  }

  @Override
  public synchronized boolean close(String event, String actor, String reason, Instant now) {
    if (!open.remove(event)) {
      return false;
    }
    closedByOperators.add(event);
    return true;
  }

  @Override
  public synchronized Page<OpenEvent> list(int limit) {
    var all =
        known.values().stream()
            .filter(event -> open.contains(event.event().id()))
            .sorted(
                Comparator.comparing(OpenEvent::isHandled)
                    .thenComparing(OpenEvent::lastAt)
                    .thenComparing(event -> event.event().id()))
            .toList();
    return new Page<>(all.stream().limit(limit).toList(), all.size() > limit);
  }

  /** Takes a backup of everything; running the result restores it. */
  public synchronized Runnable backup() {
    var all = Map.copyOf(known);
    var some = Set.copyOf(open);
    var closed = Set.copyOf(closedByOperators);
    return () -> {
      known.clear();
      known.putAll(all);
      open.clear();
      open.addAll(some);
      closedByOperators.clear();
      closedByOperators.addAll(closed);
    };
  }
}
