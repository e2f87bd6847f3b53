package dev.photocredits.simulator;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Everything that a schedule follows from.
 *
 * @param percent of a hundred calls so many are struck by one of the faults
 * @param dropped the paths of acts and faults that are left out
 */
record Plan(
    long seed,
    int people,
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

  /** One to three people, every kind of fault, and some of the hazards, as the seed has it. */
  static Plan of(long seed, Set<Hazard> hazards) {
    var chance = new Random(seed);
    var some = EnumSet.noneOf(Hazard.class);
    for (var hazard : Hazard.values()) {
      if (chance.nextInt(100) < hazard.percent && hazards.contains(hazard)) {
        some.add(hazard);
      }
    }
    // What a restored table has forgotten of an hour's allowance may be used again.
    if (some.contains(Hazard.RESTORE)) {
      some.remove(Hazard.ABUSE);
    }
    // Without its purchase order, which a restored table or an erasure has lost, a session is
    // granted by the code's catalogue, whose packs never change.
    if (some.contains(Hazard.RESTORE) || some.contains(Hazard.ERASURE)) {
      some.remove(Hazard.CATALOGUE);
    }
    return new Plan(seed, 1 + chance.nextInt(3), some, FAULTS, STRUCK_PERCENT, Set.of());
  }

  /** One person, and no faults but those. */
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
    return new Plan(seed, people, fewer, faults, percent, dropped);
  }

  Plan with(int fewer) {
    return new Plan(seed, fewer, hazards, faults, percent, dropped);
  }

  Plan with(List<Fault> only) {
    return new Plan(seed, people, hazards, only, percent, dropped);
  }

  Plan dropping(Set<String> paths) {
    return new Plan(seed, people, hazards, faults, percent, paths);
  }
}
