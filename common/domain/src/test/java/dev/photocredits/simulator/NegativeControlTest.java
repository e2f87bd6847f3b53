package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.simulator.Judge.Guilt;
import dev.photocredits.simulator.Story.Hazards;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator sees: under each hazard the reference's design is found guilty, and ours is not.
 */
final class NegativeControlTest {
  private static final int SEEDS = 200;
  private static final Hazards CROWD =
      new Hazards(false, false, false, false, true, false, false, false, false);

  /** One thing that may happen, and what a design that does not mind it is guilty of. */
  record Hazard(String name, Hazards hazards, List<Fault> faults, Guilt guilt) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Hazard> hazards() {
    return Stream.of(
        new Hazard(
            "two requests at once spend the same credits", CROWD, List.of(), Guilt.CREDITS_MINTED),
        new Hazard(
            "a purchase during a generation is overwritten", CROWD, List.of(), Guilt.CREDITS_LOST),
        new Hazard(
            "a balance that is written back is not what the entries add up to",
            CROWD,
            List.of(),
            Guilt.BALANCE_IS_NOT_ITS_ENTRIES),
        new Hazard(
            "a process that dies has charged for nothing",
            Hazards.NONE,
            List.of(Fault.DIES_BEFORE, Fault.DIES_AFTER),
            Guilt.CREDITS_LOST),
        new Hazard(
            "an event that comes twice is granted twice",
            new Hazards(true, false, false, false, false, false, false, false, false),
            List.of(),
            Guilt.CREDITS_MINTED),
        new Hazard(
            "an event that is lost is never granted",
            new Hazards(false, true, false, false, false, false, false, false, false),
            List.of(),
            Guilt.CREDITS_LOST),
        new Hazard(
            "a session that is not paid is granted",
            new Hazards(false, false, true, false, false, false, false, false, false),
            List.of(),
            Guilt.CREDITS_MINTED),
        new Hazard(
            "money that went back leaves its credits",
            new Hazards(false, false, false, true, false, false, false, false, false),
            List.of(),
            Guilt.CREDITS_MINTED),
        new Hazard(
            "a request that is repeated is charged twice",
            new Hazards(false, false, false, false, false, true, false, false, false),
            List.of(Fault.SLOW, Fault.REPLY_LOST),
            Guilt.CHARGED_TWICE),
        new Hazard(
            "one picture of three has the full price",
            new Hazards(false, false, false, false, false, false, true, false, false),
            List.of(),
            Guilt.CHARGED_FOR_NOTHING));
  }

  @ParameterizedTest
  @MethodSource("hazards")
  void the_design_of_the_reference_is_found_guilty_and_ours_is_not(Hazard hazard) {
    Set<Guilt> reference = EnumSet.noneOf(Guilt.class);

    for (var seed = 1; seed <= SEEDS; seed++) {
      reference.addAll(guiltOfTheReference(hazard, seed));
      assertThat(guiltOfOurs(hazard, seed)).as("seed %s", seed).isEmpty();
    }

    assertThat(reference).contains(hazard.guilt());
  }

  private static Set<Guilt> guiltOfTheReference(Hazard hazard, long seed) {
    var world = world(hazard, seed);
    var service = new ReferenceService(world);
    var story = new Story(world, service, hazard.hazards());
    story.runs();
    return Judge.judge(story, service.evidence()).keySet();
  }

  private static Map<Guilt, List<String>> guiltOfOurs(Hazard hazard, long seed) {
    var world = world(hazard, seed);
    var story = new Story(world, new OurService(world), hazard.hazards());
    story.runs();
    return Judge.judge(story, OurEvidence.of(world));
  }

  private static World world(Hazard hazard, long seed) {
    var world = new World(seed, 1, new Coverage(), null);
    world.plan = FaultPlan.random(world.chance, 12, hazard.faults());
    return world;
  }
}
