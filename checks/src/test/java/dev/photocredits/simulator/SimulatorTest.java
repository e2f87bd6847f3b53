package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** No credit is lost, minted or spent twice, whatever crashes, repeats or races. */
final class SimulatorTest {
  private static final long SCHEDULES = 10_000;

  @Test
  void ten_thousand_schedules_of_faults_lose_mint_and_double_nothing() {
    var seed = System.nanoTime();

    var result = Simulator.run(seed, SCHEDULES, Duration.ofMinutes(5));

    Simulator.tell(result, seed, System.out);
    assertThat(result.schedules()).isEqualTo(SCHEDULES);
    assertThat(result.steps()).isGreaterThan(300L * SCHEDULES);
    var coverage = result.coverage();
    // Chance may miss what is rare: it counts as missed after three times as many schedules.
    for (var more = 1; more <= 2 && !coverage.isComplete(); more++) {
      var others = Simulator.run(seed + more * SCHEDULES, SCHEDULES, Duration.ofMinutes(5));
      coverage.add(others.coverage());
    }
    assertThat(coverage.missed()).as("%s", coverage).isZero();
    assertThat(coverage.missedStates()).isEmpty();
  }

  @Test
  void the_same_seed_is_the_same_schedule() {
    for (var seed = 1; seed <= 20; seed++) {
      var plan = Plan.of(seed, Hazard.ALL);
      var first = new ArrayList<String>();
      var second = new ArrayList<String>();

      var one = Simulator.ours(plan, new Coverage(), first).world();
      var other = Simulator.ours(plan, new Coverage(), second).world();

      assertThat(second).isEqualTo(first);
      assertThat(other.fingerprint()).isEqualTo(one.fingerprint());
    }
  }
}
