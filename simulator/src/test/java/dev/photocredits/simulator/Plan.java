package dev.photocredits.simulator;

import dev.photocredits.simulator.execution.Fault;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The input that determines a schedule.
 *
 * @param percent the percentage of calls that a fault strikes
 * @param dropped the paths of the acts and faults to leave out, for shrinking
 */
record Plan(
    long seed,
    int users,
    Set<Hazard> hazards,
    List<Fault> faults,
    int percent,
    Set<String> dropped) {
  private static final int STRUCK_PERCENT = 12;
  private static final List<Fault> FAULTS =
      Arrays.stream(Fault.values()).filter(fault -> fault != Fault.NONE).toList();

  Plan {
    faults = List.copyOf(faults);
    dropped = Set.copyOf(dropped);
  }

  /** A plan with one to three users, all faults and a random choice of the hazards, by the seed. */
  static Plan of(long seed, Set<Hazard> hazards) {
    var random = new Random(seed);
    var some = EnumSet.noneOf(Hazard.class);
    for (var hazard : Hazard.values()) {
      if (random.nextInt(100) < hazard.percent && hazards.contains(hazard)) {
        some.add(hazard);
      }
    }
    // A restored table loses the hourly counters, so the limit may be used up twice.
    if (some.contains(Hazard.RESTORE)) {
      some.remove(Hazard.ABUSE);
    }
    // A restore or an erasure loses purchase orders. A session without one is granted by the
    // catalogue in the code, which never changes.
    if (some.contains(Hazard.RESTORE) || some.contains(Hazard.ERASURE)) {
      some.remove(Hazard.CATALOGUE);
    }
    return new Plan(seed, 1 + random.nextInt(3), some, FAULTS, STRUCK_PERCENT, Set.of());
  }

  /** A plan with one user, and only these faults. */
  static Plan alone(long seed, Set<Hazard> hazards, List<Fault> faults) {
    return new Plan(seed, 1, hazards, faults, STRUCK_PERCENT, Set.of());
  }

  boolean has(Hazard hazard) {
    return hazards.contains(hazard);
  }

  Plan without(Hazard hazard) {
    var fewer = EnumSet.noneOf(Hazard.class);
    fewer.addAll(hazards);
    fewer.remove(hazard);
    return new Plan(seed, users, fewer, faults, percent, dropped);
  }

  Plan with(int fewer) {
    return new Plan(seed, fewer, hazards, faults, percent, dropped);
  }

  Plan with(List<Fault> only) {
    return new Plan(seed, users, hazards, only, percent, dropped);
  }

  Plan dropping(Set<String> paths) {
    return new Plan(seed, users, hazards, faults, percent, paths);
  }
}
