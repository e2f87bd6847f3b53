package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.execution.Deployment;
import dev.photocredits.simulator.execution.Fault;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.service.OurService;
import dev.photocredits.simulator.service.Site;
import dev.photocredits.values.Email;
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

/** Lets a process die before or after each call that it makes. */
final class CrashTest {
  private static final int SEEDS = 5;

  /** The act whose process dies; the account has a paid pack. */
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

    /** The name prefix of the processes that die. */
    private final String process;

    Act(String process) {
      this.process = process;
    }
  }

  /** A death before or after the call with this number. */
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
  void a_death_before_or_after_any_call_causes_no_violation(Act act) {
    var deaths = 0;
    for (var seed = 1; seed <= SEEDS; seed++) {
      for (var retries : List.of(true, false)) {
        for (var sweeps : List.of(true, false)) {
          var calls = Objects.requireNonNull(run(act, seed, retries, sweeps, Map.of()).get(1));
          for (var death : Death.upTo(calls).toList()) {
            var _ = run(act, seed, retries, sweeps, Map.of(1, death));
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
  void a_death_at_any_call_and_another_in_the_repeat_cause_no_violation(Act act) {
    var pairs = 0;
    for (var sweeps : List.of(true, false)) {
      var calls = Objects.requireNonNull(run(act, 1, true, sweeps, Map.of()).get(1));
      for (var first : Death.upTo(calls).toList()) {
        for (var second : Death.upTo(calls).toList()) {
          var _ = run(act, 1, true, sweeps, Map.of(1, first, 2, second));
          pairs++;
        }
      }
    }

    System.out.printf("%s: %d pairs of deaths%n", act, pairs);
    assertThat(pairs).isGreaterThanOrEqualTo(8);
  }

  /**
   * Runs the act without other faults until the system has come to rest, and fails if there is a
   * violation.
   *
   * @param deaths the deaths of the act's processes, by the number of the process
   * @return the number of calls that each process made
   */
  private static Map<Integer, Integer> run(
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
              world.scheduler.spawn("act", () -> perform(act, schedule, sweeps, plan));
              world.scheduler.run();
            });
    assertThat(found)
        .as(
            "%s, seed %s, retries %s, sweeps %s, %s:%n%s",
            act, seed, retries, sweeps, deaths, String.join("\n", trace))
        .isEmpty();
    return plan.calls;
  }

  private static void perform(Act act, Schedule schedule, boolean sweeps, Deaths plan) {
    var ada = schedule.world.users.getFirst();
    var customers = new Customers(schedule);
    if (act != Act.CHECKOUT) {
      prepare(act, schedule, customers, ada);
    }
    schedule.world.faults = plan;
    if (sweeps) {
      schedule.meanwhile("sweeps", schedule::sweep);
    }
    switch (act) {
      case GENERATE -> customers.generate(customers.newRequest(ada, true));
      case QUEUE -> customers.requestAsync(customers.newRequest(ada, true));
      case WORK -> schedule.deliverMessage(schedule.world.queue.removeFirst());
      case DELETE -> {
        var generation = schedule.world.ledger.account(ada).generations().getFirst().id();
        for (var tries = 0;
            tries < 3 && !schedule.confirmedDeletions.contains(generation.toString());
            tries++) {
          customers.delete(ada, generation);
        }
      }
      case CHECKOUT -> customers.buy(ada, CreditPackage.STARTER);
      case WEBHOOK, REFUND -> {
        var event = schedule.world.stripe.events.getLast();
        for (var tries = 0; tries < 3 && !schedule.post(event); tries++) {
          schedule.world.trace(event.id() + " is not accepted");
        }
      }
      case SWEEP -> schedule.sweep();
      case RECONCILE -> schedule.reconcile();
    }
    schedule.comeToRest();
  }

  // Buys a pack. Then it abandons a generation for the sweep, queues one for the worker and the
  // deletion, or refunds the payment.
  private static void prepare(Act act, Schedule schedule, Customers customers, Email ada) {
    customers.buy(ada, CreditPackage.STARTER);
    if (act == Act.WEBHOOK || act == Act.RECONCILE) {
      return;
    }
    var _ = schedule.post(schedule.world.stripe.events.getLast());
    if (act == Act.SWEEP) {
      schedule.world.faults =
          (process, site) ->
              process.name.startsWith("generate") && site == Site.PUT_IMAGE
                  ? Fault.DIES_AFTER
                  : Fault.NONE;
      customers.generate(customers.newRequest(ada, false));
      schedule.world.scheduler.sleep(Deployment.LONGEST_LEASE);
    }
    if (act == Act.WORK || act == Act.DELETE) {
      customers.requestAsync(customers.newRequest(ada, false));
    }
    if (act == Act.REFUND) {
      customers.generate(customers.newRequest(ada, false));
      var session = schedule.world.stripe.sessions.values().iterator().next();
      var payment = Objects.requireNonNull(session.payment);
      var _ = schedule.world.stripe.refund(payment, payment.amount, "usd", "succeeded");
    }
  }

  /** Kills the act's processes at given calls, and counts their calls. Numbers start at 1. */
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
