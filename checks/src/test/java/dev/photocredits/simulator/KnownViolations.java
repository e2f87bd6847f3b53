package dev.photocredits.simulator;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What our service is known to do wrong, by the point of issue 14 that mends it. A fix removes its
 * line here: its hazards are then part of every schedule, its violations are tolerated no more, and
 * its seeds in {@code simulator-seeds.txt} must pass.
 */
final class KnownViolations {
  private static final List<Known> ALL = List.of();

  /**
   * @param hazards under which it happens, which are left out
   * @param violations that are tolerated, since they happen without any of these
   */
  private record Known(String what, int point, Set<Hazard> hazards, Set<Violation> violations) {}

  private KnownViolations() {}

  /** The hazards under which nothing is known to go wrong. */
  static Set<Hazard> mended() {
    var hazards = EnumSet.copyOf(Hazard.ALL);
    ALL.forEach(known -> hazards.removeAll(known.hazards));
    return hazards;
  }

  static boolean areTolerated(Set<Violation> found) {
    return found.stream()
        .allMatch(
            violation -> ALL.stream().anyMatch(known -> known.violations.contains(violation)));
  }

  static boolean isKnown(int point) {
    return ALL.stream().anyMatch(known -> known.point == point);
  }
}
