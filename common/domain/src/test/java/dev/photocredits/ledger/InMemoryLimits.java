package dev.photocredits.ledger;

import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The counters and wait slots of the fake. The lock of the fake guards them. */
final class InMemoryLimits {
  private final Map<String, Integer> counters = new HashMap<>();

  /** The wait slots of each user. */
  private final Map<Email, Set<WaitSlot>> waits = new HashMap<>();

  boolean isFull(Email email, Count count) {
    return isFull(email.value(), count);
  }

  boolean isFull(String caller, Count count) {
    return counters.getOrDefault(counterOf(caller, count), 0) > count.room();
  }

  void count(Email email, List<Count> counts) {
    count(email.value(), counts);
  }

  void count(String caller, List<Count> counts) {
    counts.forEach(count -> counters.merge(counterOf(caller, count), count.more(), Integer::sum));
  }

  private static String counterOf(String caller, Count count) {
    var owner = count.limit() == Limit.DAILY ? "all" : caller;
    return String.join(
        " ", owner, count.limit().name(), count.limit().window(count.at()).toString());
  }

  /** The sum of a limit's counters, over all users and all time. */
  int used(Limit limit) {
    return counters.entrySet().stream()
        .filter(counter -> counter.getKey().contains(" " + limit + " "))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  boolean admit(WaitSlot wait, int most, Instant now) {
    var waiting = waits.computeIfAbsent(wait.owner(), _ -> new HashSet<>());
    waiting.removeIf(other -> !other.until().isAfter(now));
    if (!waiting.contains(wait) && waiting.size() >= most) {
      return false;
    }
    waiting.add(wait);
    return true;
  }

  void leave(WaitSlot wait) {
    waits.getOrDefault(wait.owner(), new HashSet<>()).remove(wait);
  }

  void forget(Email owner) {
    counters.keySet().removeIf(counter -> counter.startsWith(owner.value() + " "));
    waits.remove(owner);
  }

  /** Takes a backup of the counters; running the result restores it. */
  Runnable backup() {
    return InMemoryLedger.backup(counters);
  }
}
