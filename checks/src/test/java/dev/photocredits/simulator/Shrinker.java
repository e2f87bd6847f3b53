package dev.photocredits.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Leaves out of a plan whatever its violation does not need. */
final class Shrinker {
  private static final int MOST_RUNS = 3_000;

  private final Predicate<Plan> fails;
  private Plan plan;
  private int runs;

  private Shrinker(Plan plan, Predicate<Plan> fails) {
    this.plan = plan;
    this.fails = fails;
  }

  /**
   * A plan that fails and from which nothing more can be left out.
   *
   * @param happened the paths of everything that happens by a plan
   */
  static Plan shrink(Plan plan, Predicate<Plan> fails, Function<Plan, List<String>> happened) {
    var shrinker = new Shrinker(plan, fails);
    shrinker.setting();
    var before = -1;
    while (shrinker.plan.dropped().size() != before && shrinker.runs < MOST_RUNS) {
      before = shrinker.plan.dropped().size();
      shrinker.acts(happened.apply(shrinker.plan));
      shrinker.setting();
    }
    return shrinker.plan;
  }

  private boolean take(Plan smaller) {
    if (runs++ >= MOST_RUNS || !fails.test(smaller)) {
      return false;
    }
    plan = smaller;
    return true;
  }

  private void setting() {
    if (!plan.faults().isEmpty() && !take(plan.with(List.of()))) {
      for (var fault : plan.faults()) {
        var _ = take(plan.with(plan.faults().stream().filter(it -> it != fault).toList()));
      }
    }
    for (var hazard : List.copyOf(plan.hazards())) {
      var _ = take(plan.without(hazard));
    }
    for (var people = 1; people < plan.people(); people++) {
      var _ = take(plan.with(people));
    }
  }

  // Halves first, then quarters, down to one.
  private void acts(List<String> happened) {
    for (var size = Math.max(1, happened.size() / 2); size >= 1; size /= 2) {
      for (var from = 0; from < happened.size(); from += size) {
        var chunk = happened.subList(from, Math.min(from + size, happened.size()));
        if (!plan.dropped().containsAll(chunk)) {
          var more = new HashSet<>(plan.dropped());
          more.addAll(chunk);
          var _ = take(plan.dropping(more));
        }
      }
    }
  }
}
