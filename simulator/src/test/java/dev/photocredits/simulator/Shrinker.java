package dev.photocredits.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Shrinks a failed plan: removes everything that is not needed to reproduce its violation. */
final class Shrinker {
  private static final int MAX_RUNS = 3_000;

  private final Predicate<Plan> fails;
  private Plan plan;
  private int runs;

  private Shrinker(Plan plan, Predicate<Plan> fails) {
    this.plan = plan;
    this.fails = fails;
  }

  /**
   * Returns a plan that still fails, and from which nothing more can be removed; it is only the
   * smallest plan so far if that takes more than 3,000 runs.
   *
   * @param happened runs a plan and returns the paths of its acts and faults
   */
  static Plan shrink(Plan plan, Predicate<Plan> fails, Function<Plan, List<String>> happened) {
    var shrinker = new Shrinker(plan, fails);
    shrinker.shrinkSettings();
    var before = -1;
    while (shrinker.plan.dropped().size() != before && shrinker.runs < MAX_RUNS) {
      before = shrinker.plan.dropped().size();
      shrinker.shrinkActs(happened.apply(shrinker.plan));
      shrinker.shrinkSettings();
    }
    return shrinker.plan;
  }

  private boolean tryPlan(Plan smaller) {
    if (runs++ >= MAX_RUNS || !fails.test(smaller)) {
      return false;
    }
    plan = smaller;
    return true;
  }

  private void shrinkSettings() {
    if (!plan.faults().isEmpty() && !tryPlan(plan.with(List.of()))) {
      for (var fault : plan.faults()) {
        var _ = tryPlan(plan.with(plan.faults().stream().filter(it -> it != fault).toList()));
      }
    }
    for (var hazard : List.copyOf(plan.hazards())) {
      var _ = tryPlan(plan.without(hazard));
    }
    for (var users = 1; users < plan.users(); users++) {
      var _ = tryPlan(plan.with(users));
    }
  }

  // Drops halves first, then quarters, down to single acts.
  private void shrinkActs(List<String> happened) {
    for (var size = Math.max(1, happened.size() / 2); size >= 1; size /= 2) {
      for (var from = 0; from < happened.size(); from += size) {
        var chunk = happened.subList(from, Math.min(from + size, happened.size()));
        if (!plan.dropped().containsAll(chunk)) {
          var more = new HashSet<>(plan.dropped());
          more.addAll(chunk);
          var _ = tryPlan(plan.dropping(more));
        }
      }
    }
  }
}
