package dev.photocredits.simulator;

import dev.photocredits.audit.Positions;
import dev.photocredits.images.Image;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.reconciliation.Checkpoints.Checkpoint;
import dev.photocredits.reconciliation.InMemoryOpenEvents;
import dev.photocredits.simulator.execution.Deployment;
import dev.photocredits.simulator.execution.Fault;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.execution.Scheduler;
import dev.photocredits.simulator.service.Evidence;
import dev.photocredits.simulator.service.OurEvidence;
import dev.photocredits.simulator.service.Site;
import dev.photocredits.simulator.service.Storage;
import dev.photocredits.simulator.service.Unavailable;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.simulator.stripe.StripeApi;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state that outlives each simulated process: the table, the bucket, the queue and Stripe. It
 * also has the schedule's clock and random numbers, and injects faults into calls.
 */
public final class World {
  final Plan plan;
  public final Scheduler scheduler;
  public final SimulatedStripe stripe;
  final StripeApi stripeApi;
  public final InMemoryLedger ledger = new InMemoryLedger();
  public final Positions positions = Positions.inMemory();
  public final InMemoryOpenEvents openEvents = new InMemoryOpenEvents();
  final Set<String> images = new LinkedHashSet<>();
  final Map<GenerationId, Image> photos = new HashMap<>();
  final List<Message> queue = new ArrayList<>();
  public final List<Email> users;
  final Coverage coverage;
  final List<ModelCall> modelCalls = new ArrayList<>();

  /** The number of calls to the model that failed or whose response was lost. */
  int failedModelCalls;

  /** The time of the backup; null if there was none. */
  @Nullable Instant backedUpAt;

  /** When the table was restored from the backup; null if it was not. */
  @Nullable Instant restoredAt;

  private Runnable backup = () -> {};

  /** Everything reported to operators as needing attention. */
  public final List<String> attention = new ArrayList<>();

  /** The users whose accounts are poisoned: every call that touches one fails. */
  public final Set<Email> poisoned = new HashSet<>();

  /** The paths of all acts and faults that occurred. */
  final Set<String> happened = new LinkedHashSet<>();

  public @Nullable Checkpoint checkpoint;
  FaultPlan faults;
  Deployment deployment;

  /** A message of the queue; it is redelivered until a worker handles it. */
  public record Message(Email owner, GenerationId generation) {}

  /** A call to the model. */
  record ModelCall(Email owner, Instant at) {}

  /** A part of the system that can be down as a whole. */
  public enum Part {
    TABLE,
    STRIPE,
    SWEEPER,
    WEBHOOK
  }

  /**
   * The state of a user's account.
   *
   * @param available the credits that the user can spend
   */
  public record AccountState(
      int available, boolean hasDebt, boolean hasLots, boolean hasExpired, boolean hasPending) {}

  /** The credits that a user could spend from this instant on. */
  record Sample(Instant at, int available) {}

  /** The transactions that one write added to an account. */
  record Written(Email owner, List<Evidence.Line> lines) {}

  /** All writes to accounts, in the order in which they took effect. */
  final List<Written> written = new ArrayList<>();

  private final Set<String> seen = new HashSet<>();
  private final Set<Email> debtors = new HashSet<>();
  private final Map<Part, Instant> down = new EnumMap<>(Part.class);
  private final Map<Email, List<Sample>> history = new HashMap<>();
  private Storage storage = new OurEvidence(this);
  private final @Nullable List<String> trace;
  private int imagesCreated;
  private boolean faultsStopped;
  private long fingerprint = 1;

  /**
   * Creates the world at the start of a schedule.
   *
   * @param trace receives a line for each step; null to record none
   */
  World(Plan plan, Coverage coverage, @Nullable List<String> trace) {
    this.plan = plan;
    this.scheduler = new Scheduler(plan.seed());
    this.stripe = new SimulatedStripe(scheduler::now);
    this.stripeApi = new StripeApi(stripe);
    this.coverage = coverage;
    this.trace = trace;
    this.faults = FaultPlan.random(this, plan.percent(), plan.faults());
    this.users = new ArrayList<>();
    for (var i = 0; i < plan.users(); i++) {
      // The third user shares the mailbox of the first.
      this.users.add(new Email((i == 2 ? "person0+again" : "person" + i) + "@example.com"));
    }
    var random = scheduler.random();
    this.deployment =
        new Deployment(
            Deployment.CATALOGUE,
            1 + random.nextInt(7),
            // Between the shortest allowed lease and the default.
            Deployment.LONGEST_LEASE.minusSeconds(random.nextInt(90)),
            true,
            plan.has(Hazard.WELCOME) ? 1 + random.nextInt(5) : 0,
            plan.has(Hazard.DAILY_CAP) ? 12 + random.nextInt(20) : 0,
            plan.has(Hazard.DAILY_CAP) ? 9 : 0);
  }

  /** The random numbers of the running act. */
  public Random random() {
    return scheduler.random();
  }

  /** Ends all outages and stops injecting faults. */
  void stopFaults() {
    faults = FaultPlan.NO_FAULTS;
    faultsStopped = true;
    down.clear();
    stripeApi.failNext(false);
  }

  boolean areFaultsStopped() {
    return faultsStopped;
  }

  /** Reads accounts from this storage instead of {@link #ledger}. */
  public void useStorage(Storage other) {
    storage = other;
  }

  Storage storage() {
    return storage;
  }

  void takeDown(Part part, Duration time) {
    trace(part + " is down for " + time);
    down.merge(part, scheduler.now().plus(time), (one, other) -> one.isAfter(other) ? one : other);
  }

  public boolean isDown(@Nullable Part part) {
    var until = part == null ? null : down.get(part);
    return until != null && scheduler.now().isBefore(until);
  }

  /** The end of the last outage that will last for more than another hour; now if there is none. */
  Instant endOfLongOutage() {
    var now = scheduler.now();
    return down.values().stream()
        .filter(until -> until.isAfter(now.plus(Duration.ofHours(1))))
        .max(Instant::compareTo)
        .orElse(now);
  }

  /** Backs up the table, the only backup that {@link #restore} uses. */
  void backUp() {
    trace("the table is backed up");
    backedUpAt = scheduler.now();
    var items = storage.backup();
    var writes = written.size();
    backup =
        () -> {
          items.run();
          written.subList(writes, written.size()).clear();
        };
  }

  /** Restores the table from its backup. */
  void restore() {
    trace("the table is restored");
    backup.run();
    restoredAt = scheduler.now();
  }

  /**
   * Whether the restore may have lost what was done at this time: after ten minutes before the
   * backup, and before the restore.
   */
  boolean wasLostByRestore(Instant then) {
    return restoredAt != null
        && backedUpAt != null
        && then.isAfter(backedUpAt.minus(Duration.ofMinutes(10)))
        && then.isBefore(restoredAt);
  }

  /** The number of the next image; each is unique. */
  int nextImageNumber() {
    return imagesCreated++;
  }

  /** A random clock skew of up to this many seconds in either direction. */
  public Duration skew(int seconds) {
    return Duration.ofSeconds(random().nextInt(2 * seconds + 1) - seconds);
  }

  /** A hash of all steps and faults; two runs of a plan have the same one. */
  long fingerprint() {
    return fingerprint;
  }

  public void trace(String event) {
    fingerprint = fingerprint * 31 + event.hashCode();
    if (trace != null) {
      trace.add(scheduler.now() + " " + event);
    }
  }

  /** Adds details to the trace; they are computed only if there is one. */
  public void explain(Supplier<String> details) {
    if (trace != null) {
      trace.add("  " + details.get());
    }
  }

  /** Makes a call that touches no particular account. */
  public <T> T call(Invocation process, Site site, Supplier<T> effect) {
    return call(process, site, null, effect);
  }

  /**
   * Makes a call to an external service. Other tasks may run before and after it, and a fault may
   * strike it.
   *
   * @param owner the owner of the account that it touches, if any
   * @throws Unavailable if the call failed or its response was lost
   */
  public <T> T call(Invocation process, Site site, @Nullable Email owner, Supplier<T> effect) {
    pause(process);
    if (isDown(site.part) || (owner != null && poisoned.contains(owner))) {
      process.strike();
      trace(process.name + " " + site + (isDown(site.part) ? " is down" : " is poisoned"));
      scheduler.sleep(Duration.ofSeconds(1));
      process.checkAlive();
      throw new Unavailable(site);
    }
    var fault = fault(process, site);
    switch (fault) {
      case FAILS -> throw new Unavailable(site);
      case DIES_BEFORE -> throw process.die();
      case THROTTLED -> {
        scheduler.sleep(Duration.ofMillis(50 + random().nextInt(3_000)));
        process.checkAlive();
        if (random().nextInt(3) == 0) {
          throw new Unavailable(site);
        }
      }
      case CONFLICT -> {
        for (var others = 1 + random().nextInt(3); others > 0; others--) {
          pause(process);
        }
        if (random().nextInt(4) == 0) {
          throw new Unavailable(site);
        }
      }
      case SLOW -> {
        if (random().nextBoolean()) {
          scheduler.sleep(Duration.ofSeconds(5 + random().nextInt(40)));
          process.checkAlive();
        }
      }
      case CLOCK_JUMPS -> process.jump(skew(300));
      case NONE, REPLY_LOST, DIES_AFTER -> {}
    }
    var result = effect.get();
    if (site.writes) {
      check(owner == null ? users : List.of(owner));
    }
    switch (fault) {
      case REPLY_LOST -> {
        pause(process);
        throw new Unavailable(site);
      }
      case DIES_AFTER -> throw process.die();
      case SLOW -> {
        scheduler.sleep(Duration.ofSeconds(5 + random().nextInt(40)));
        if (random().nextBoolean()) {
          process.checkAlive();
          throw new Unavailable(site);
        }
      }
      default -> {}
    }
    pause(process);
    return result;
  }

  /** The fault of this process's next call; none if the plan drops it. */
  public Fault fault(Invocation process, Site site) {
    var fault = notDropped(process, faults.strike(process, site));
    coverage.count(site, fault);
    trace(process.name + " " + site + (fault == Fault.NONE ? "" : " " + fault));
    return fault;
  }

  private Fault notDropped(Invocation process, Fault fault) {
    if (fault == Fault.NONE) {
      return fault;
    }
    var path = scheduler.path() + "!" + process.nextCall() + fault;
    if (plan.dropped().contains(path)) {
      return Fault.NONE;
    }
    happened.add(path);
    process.strike();
    return fault;
  }

  /** Lets other tasks run, and ends the process if its time is up. */
  public void pause(Invocation process) {
    scheduler.pause();
    process.checkAlive();
  }

  /** Checks the invariants that must hold at every instant; fails if one is broken. */
  public void check() {
    check(users);
  }

  public void check(List<Email> owners) {
    for (var owner : owners) {
      var account = storage.check(owner, seen::add);
      if (!account.discrepancies().isEmpty()) {
        throw new AssertionError(account.discrepancies().toString());
      }
      if (!account.lines().isEmpty()) {
        written.add(new Written(owner, account.lines()));
      }
      sample(owner, account.state());
    }
  }

  /** Whether the user has ever had a debt. */
  boolean wasInDebt(Email email) {
    return debtors.contains(email);
  }

  private void sample(Email owner, AccountState account) {
    if (account.hasDebt()) {
      debtors.add(owner);
    }
    coverage.count(account, stripe, owner);
    var samples = history.computeIfAbsent(owner, _ -> new ArrayList<>());
    if (samples.isEmpty() || samples.getLast().available() != account.available()) {
      samples.add(new Sample(scheduler.now(), account.available()));
    }
  }

  /** Every amount that the user could spend at some instant of this period. */
  List<Integer> available(Email email, Instant from, Instant until) {
    sample(email, storage.view(email));
    var samples = history.getOrDefault(email, List.of());
    var found = new ArrayList<Integer>();
    var before = 0;
    for (var sample : samples) {
      if (sample.at().isBefore(from)) {
        before = sample.available();
      } else if (!sample.at().isAfter(until)) {
        found.add(sample.available());
      }
    }
    found.add(before);
    return found;
  }
}
