package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Email;
import dev.photocredits.payments.CreditPackage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A process dies before or after every single call that it makes. */
final class CrashTest {
  private static final int SEEDS = 5;

  /** What is done, on an account with a paid pack, when the process dies. */
  enum Act {
    GENERATE("generate"),
    QUEUE("queue"),
    WORK("work"),
    DELETE("delete"),
    CHECKOUT("checkout"),
    WEBHOOK("webhook"),
    REFUND("webhook"),
    SWEEP("sweep"),
    RECONCILE("reconcile");

    /** The name of the processes that die. */
    private final String process;

    Act(String process) {
      this.process = process;
    }
  }

  /** Where a process dies: at its call of that number, before or after it. */
  record Death(int call, Fault how) {
    static Stream<Death> upTo(int calls) {
      return Stream.iterate(1, call -> call <= calls, call -> call + 1)
          .flatMap(
              call ->
                  Stream.of(new Death(call, Fault.DIES_BEFORE), new Death(call, Fault.DIES_AFTER)));
    }
  }

  @ParameterizedTest
  @EnumSource(Act.class)
  void dying_before_or_after_any_call_costs_nobody_anything(Act act) {
    var deaths = 0;
    for (var seed = 1; seed <= SEEDS; seed++) {
      for (var retries : List.of(true, false)) {
        for (var sweeps : List.of(true, false)) {
          var calls = Objects.requireNonNull(play(act, seed, retries, sweeps, Map.of()).get(1));
          for (var death : Death.upTo(calls).toList()) {
            var _ = play(act, seed, retries, sweeps, Map.of(1, death));
            deaths++;
          }
        }
      }
    }

    System.out.printf("%s: %d deaths%n", act, deaths);
    assertThat(deaths).isGreaterThanOrEqualTo(SEEDS * 2 * 2 * 2);
  }

  static Stream<Act> repeated() {
    return Stream.of(Act.GENERATE, Act.QUEUE, Act.WORK, Act.DELETE, Act.WEBHOOK, Act.REFUND);
  }

  @ParameterizedTest
  @MethodSource("repeated")
  void dying_at_any_call_and_at_any_call_of_the_repeat_costs_nobody_anything(Act act) {
    var pairs = 0;
    for (var sweeps : List.of(true, false)) {
      var calls = Objects.requireNonNull(play(act, 1, true, sweeps, Map.of()).get(1));
      for (var first : Death.upTo(calls).toList()) {
        for (var second : Death.upTo(calls).toList()) {
          var _ = play(act, 1, true, sweeps, Map.of(1, first, 2, second));
          pairs++;
        }
      }
    }

    System.out.printf("%s: %d pairs of deaths%n", act, pairs);
    assertThat(pairs).isGreaterThanOrEqualTo(8);
  }

  /**
   * Plays the act and lets everything come to rest, without any other fault, and fails if anything
   * is wrong then.
   *
   * @param deaths of the processes of the act, by which one it is
   * @return how many calls each of them made
   */
  private static Map<Integer, Integer> play(
      Act act, long seed, boolean retries, boolean sweeps, Map<Integer, Death> deaths) {
    var hazards = EnumSet.noneOf(Hazard.class);
    if (act == Act.RECONCILE) {
      hazards.add(Hazard.LOST_EVENTS);
    }
    if (retries) {
      hazards.add(Hazard.RETRIES);
    }
    var trace = new ArrayList<String>();
    var world = new World(Plan.alone(seed, hazards, List.of()), new Coverage(), trace);
    var schedule = new Schedule(world, new OurService(world));
    var plan = new Deaths(act, deaths);
    var found =
        Simulator.found(
            schedule,
            () -> {
              world.scheduler.spawn("act", () -> plays(act, schedule, sweeps, plan));
              world.scheduler.run();
            });
    assertThat(found)
        .as(
            "%s, seed %s, retries %s, sweeps %s, %s:%n%s",
            act, seed, retries, sweeps, deaths, String.join("\n", trace))
        .isEmpty();
    return plan.calls;
  }

  private static void plays(Act act, Schedule schedule, boolean sweeps, Deaths plan) {
    var ada = schedule.world.people.getFirst();
    var customers = new Customers(schedule);
    if (act != Act.CHECKOUT) {
      prepares(act, schedule, customers, ada);
    }
    schedule.world.faults = plan;
    if (sweeps) {
      schedule.meanwhile("sweeps", schedule::sweeps);
    }
    switch (act) {
      case GENERATE -> customers.asks(customers.order(ada, true));
      case QUEUE -> customers.queues(customers.order(ada, true));
      case WORK -> schedule.brings(schedule.world.queue.removeFirst());
      case DELETE -> {
        var generation = schedule.world.ledger.account(ada).generations().getFirst().id();
        for (var tries = 0;
            tries < 3 && !schedule.deleted.contains(generation.toString());
            tries++) {
          customers.deletes(ada, generation);
        }
      }
      case CHECKOUT -> customers.buys(ada, CreditPackage.STARTER);
      case WEBHOOK, REFUND -> {
        var event = schedule.world.stripe.events.getLast();
        for (var tries = 0; tries < 3 && !schedule.posts(event); tries++) {
          schedule.world.tell(event.id() + " is not accepted");
        }
      }
      case SWEEP -> schedule.sweeps();
      case RECONCILE -> schedule.reconciles();
    }
    schedule.comesToRest();
  }

  // A customer has paid; for the sweep, a generation was left behind; for a refund, money went
  // back.
  private static void prepares(Act act, Schedule schedule, Customers customers, Email ada) {
    customers.buys(ada, CreditPackage.STARTER);
    if (act == Act.WEBHOOK || act == Act.RECONCILE) {
      return;
    }
    var _ = schedule.posts(schedule.world.stripe.events.getLast());
    if (act == Act.SWEEP) {
      schedule.world.faults =
          (process, site) ->
              process.name.startsWith("generate") && site == Site.PUT_IMAGE
                  ? Fault.DIES_AFTER
                  : Fault.NONE;
      customers.asks(customers.order(ada, false));
      schedule.world.scheduler.sleep(Deployment.LONGEST_LEASE);
    }
    if (act == Act.WORK || act == Act.DELETE) {
      customers.queues(customers.order(ada, false));
    }
    if (act == Act.REFUND) {
      customers.asks(customers.order(ada, false));
      var session = schedule.world.stripe.sessions.values().iterator().next();
      var payment = Objects.requireNonNull(session.payment);
      var _ = schedule.world.stripe.refund(payment, payment.amount, "usd", "succeeded");
    }
  }

  /** Kills processes of the act at given calls, and counts the calls; they are numbered from 1. */
  private static final class Deaths implements FaultPlan {
    private final String act;
    private final Map<Integer, Death> deaths;
    private final Map<Invocation, Integer> numbers = new HashMap<>();
    final Map<Integer, Integer> calls = new HashMap<>();

    Deaths(Act act, Map<Integer, Death> deaths) {
      this.act = act.process;
      this.deaths = deaths;
    }

    @Override
    public Fault strike(Invocation process, Site site) {
      if (!process.name.startsWith(act)) {
        return Fault.NONE;
      }
      var number = numbers.computeIfAbsent(process, _ -> numbers.size() + 1);
      var call = calls.merge(number, 1, Integer::sum);
      @Nullable Death death = deaths.get(number);
      return death != null && death.call() == call ? death.how() : Fault.NONE;
    }
  }
}
