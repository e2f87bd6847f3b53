package dev.photocredits.simulator;

import dev.photocredits.audit.Findings;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.Image;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.payments.Checkpoints.Checkpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What outlives every process: the table, the bucket, Stripe; and time, chance and what fails. */
final class World {
  final Random chance;
  final Scheduler scheduler;
  final SimulatedStripe stripe;
  final InMemoryLedger ledger = new InMemoryLedger();
  final Set<String> images = new LinkedHashSet<>();
  final Map<GenerationId, Image> photos = new HashMap<>();
  final List<Message> queue = new ArrayList<>();
  final List<Email> people;
  final Coverage coverage;
  @Nullable Checkpoint checkpoint;
  FaultPlan plan;

  /** What a worker is told of, again and again until it has taken it in. */
  record Message(Email owner, GenerationId generation) {}

  private final @Nullable List<String> trace;
  private int made;
  private boolean moody;
  private boolean calm;
  private long fingerprint = 1;

  /**
   * A world of that seed.
   *
   * @param trace where to tell what happens, step by step, if anybody wants to know
   */
  World(long seed, int people, Coverage coverage, @Nullable List<String> trace) {
    this.chance = new Random(seed);
    this.scheduler = new Scheduler(chance);
    this.stripe = new SimulatedStripe(scheduler::now);
    this.coverage = coverage;
    this.trace = trace;
    this.plan = FaultPlan.NO_FAULTS;
    this.people = new ArrayList<>();
    for (var i = 0; i < people; i++) {
      this.people.add(new Email("person" + i + "@example.com"));
    }
  }

  /** From now on nothing goes wrong. */
  void calm() {
    plan = FaultPlan.NO_FAULTS;
    calm = true;
  }

  boolean isCalm() {
    return calm;
  }

  /** Whether the model refuses now and then, and forgets a picture now and then. */
  boolean isMoody() {
    return moody;
  }

  void moody(boolean now) {
    moody = now;
  }

  /** A number that no image had before. */
  int nextImage() {
    return made++;
  }

  /** How far a clock is off, at most by so many seconds either way. */
  Duration skew(int seconds) {
    return Duration.ofSeconds(chance.nextInt(2 * seconds + 1) - seconds);
  }

  /** The same for the same run: all steps and faults. */
  long fingerprint() {
    return fingerprint;
  }

  void tell(String event) {
    fingerprint = fingerprint * 31 + event.hashCode();
    if (trace != null) {
      trace.add(scheduler.now() + " " + event);
    }
  }

  /** A call of the outside: others may go on before and after it, and anything may go wrong. */
  <T> T call(Invocation process, Site site, Supplier<T> effect) {
    pause(process);
    var fault = plan.strike(process, site);
    coverage.count(site, fault);
    tell(process.name + " " + site + (fault == Fault.NONE ? "" : " " + fault));
    switch (fault) {
      case FAILS -> throw new Unavailable(site);
      case DIES_BEFORE -> throw process.die();
      case THROTTLED -> {
        scheduler.sleep(Duration.ofMillis(50 + chance.nextInt(3_000)));
        process.checkAlive();
        if (chance.nextInt(3) == 0) {
          throw new Unavailable(site);
        }
      }
      case CONFLICT -> {
        for (var others = 1 + chance.nextInt(3); others > 0; others--) {
          pause(process);
        }
        if (chance.nextInt(4) == 0) {
          throw new Unavailable(site);
        }
      }
      case SLOW -> {
        if (chance.nextBoolean()) {
          scheduler.sleep(Duration.ofSeconds(5 + chance.nextInt(40)));
          process.checkAlive();
        }
      }
      case CLOCK_JUMPS -> process.jump(skew(300));
      case NONE, REPLY_LOST, DIES_AFTER -> {}
    }
    var result = effect.get();
    if (site.writes) {
      check();
    }
    switch (fault) {
      case REPLY_LOST -> {
        pause(process);
        throw new Unavailable(site);
      }
      case DIES_AFTER -> throw process.die();
      case SLOW -> {
        scheduler.sleep(Duration.ofSeconds(5 + chance.nextInt(40)));
        if (chance.nextBoolean()) {
          process.checkAlive();
          throw new Unavailable(site);
        }
      }
      default -> {}
    }
    pause(process);
    return result;
  }

  private void pause(Invocation process) {
    scheduler.pause();
    process.checkAlive();
  }

  /** What must be true at every instant. */
  void check() {
    for (var email : people) {
      var differences = Findings.of(ledger.account(email));
      if (!differences.isEmpty()) {
        throw new AssertionError(differences.toString());
      }
    }
  }
}
