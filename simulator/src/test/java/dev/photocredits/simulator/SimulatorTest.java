package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No schedule loses, mints or double-spends credits, despite crashes, repeats and races. */
final class SimulatorTest {
  /** Ends a run that makes no progress; a slow machine is no failure. */
  private static final Duration LONGEST = Duration.ofHours(1);

  @Test
  void ten_thousand_schedules_of_the_rules_have_no_violation() {
    var coverage = simulated(Kind.RULES, 10_000, Coverage::isComplete);

    assertThat(coverage.missed()).as("%s", coverage).isZero();
    assertThat(coverage.missedStates()).isEmpty();
  }

  @Test
  void two_thousand_schedules_of_the_handlers_have_no_violation() {
    var coverage = simulated(Kind.HANDLERS, 2_000, met -> met.missed() == 0);

    assertThat(coverage.missed()).as("%s", coverage).isZero();
  }

  // A random run may miss rare cases. They count as missed after three times as many schedules.
  private static Coverage simulated(Kind kind, long schedules, Predicate<Coverage> isEnough) {
    var seed = System.nanoTime();
    var result = Simulator.run(kind, seed, schedules, LONGEST);
    Simulator.print(result, seed, System.out);
    assertThat(result.schedules()).isEqualTo(schedules);
    assertThat(result.fewest()).isGreaterThanOrEqualTo(300);
    var coverage = result.coverage();
    for (var more = 1; more <= 2 && !isEnough.test(coverage); more++) {
      coverage.add(Simulator.run(kind, seed + more * schedules, schedules, LONGEST).coverage());
    }
    return coverage;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void the_same_seed_gives_the_same_schedule(Kind kind) {
    for (var seed = 1; seed <= 20; seed++) {
      var plan = Plan.of(seed, kind.hazards());
      var first = new ArrayList<String>();
      var second = new ArrayList<String>();

      var one = Simulator.run(kind, plan, new Coverage(kind), first).world();
      var other = Simulator.run(kind, plan, new Coverage(kind), second).world();

      assertThat(second).isEqualTo(first);
      assertThat(other.fingerprint()).isEqualTo(one.fingerprint());
    }
  }
}
