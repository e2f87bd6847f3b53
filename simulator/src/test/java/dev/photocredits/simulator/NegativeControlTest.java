package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.simulator.execution.Fault;
import dev.photocredits.simulator.service.OurService;
import dev.photocredits.simulator.service.ReferenceService;
import dev.photocredits.simulator.service.Service;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests the oracle: under each hazard it finds a violation of the reference service, and none of
 * our rules.
 */
final class NegativeControlTest {
  private static final int SEEDS = 200;

  /** The hazards and faults of a schedule, and the violation that they cause in the reference. */
  record Control(String name, Set<Hazard> hazards, List<Fault> faults, Violation violation) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Control> controls() {
    return Stream.of(
        of(
            "two concurrent requests spend the same credits",
            Hazard.CROWD,
            Violation.CREDITS_MINTED),
        of("a purchase during a generation is overwritten", Hazard.CROWD, Violation.CREDITS_LOST),
        of(
            "a balance that is written back is not the sum of the transactions",
            Hazard.CROWD,
            Violation.BALANCE_IS_NOT_ITS_TRANSACTIONS),
        new Control(
            "a process that dies has charged without delivering",
            Hazard.NONE,
            List.of(Fault.DIES_BEFORE, Fault.DIES_AFTER),
            Violation.CREDITS_LOST),
        of(
            "an event that is delivered twice grants twice",
            Hazard.DUPLICATES,
            Violation.CREDITS_MINTED),
        of("a lost event never grants", Hazard.LOST_EVENTS, Violation.CREDITS_LOST),
        of("an unpaid session grants", Hazard.DELAYED_PAYMENTS, Violation.CREDITS_MINTED),
        of("a refund reverses no credits", Hazard.REFUNDS, Violation.CREDITS_MINTED),
        of("a dispute reverses no credits", Hazard.DISPUTES, Violation.CREDITS_MINTED),
        of("a sale of another stage grants", Hazard.OTHER_SALES, Violation.CREDITS_MINTED),
        new Control(
            "a repeated request is charged twice",
            Set.of(Hazard.RETRIES),
            List.of(Fault.SLOW, Fault.REPLY_LOST),
            Violation.CHARGED_TWICE),
        of(
            "one picture of three costs the full price",
            Hazard.MOODY_MODEL,
            Violation.CHARGED_FOR_NOTHING),
        of("an adjustment is never made", Hazard.ADJUSTMENTS, Violation.CREDITS_LOST),
        of("a user's uncharged calls are unlimited", Hazard.ABUSE, Violation.UNBOUNDED_CALLS));
  }

  private static Control of(String name, Hazard hazard, Violation violation) {
    return new Control(name, EnumSet.of(hazard), List.of(), violation);
  }

  @ParameterizedTest
  @MethodSource("controls")
  void the_oracle_finds_the_violation_in_the_reference_and_none_in_our_rules(Control control) {
    Set<Violation> reference = EnumSet.noneOf(Violation.class);

    for (var seed = 1; seed <= SEEDS; seed++) {
      var plan = Plan.alone(seed, control.hazards(), control.faults());
      reference.addAll(found(plan, ReferenceService::new).keySet());
      var ours = found(plan, OurService::new);
      assertThat(ours).as("seed %s", seed).isEmpty();
    }

    assertThat(reference).contains(control.violation());
  }

  private static Map<Violation, List<String>> found(Plan plan, Function<World, Service> service) {
    var world = new World(plan, new Coverage(), null);
    var schedule = new Schedule(world, service.apply(world));
    schedule.run();
    return Oracle.compare(schedule, schedule.service.evidence());
  }
}
