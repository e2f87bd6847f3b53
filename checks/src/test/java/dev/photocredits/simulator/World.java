package dev.photocredits.simulator;

import dev.photocredits.audit.Positions;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.Image;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.payments.Checkpoints.Checkpoint;
import dev.photocredits.payments.InMemoryOpenEvents;
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

/** What outlives every process: the table, the bucket, Stripe; and time, chance and what fails. */
final class World {
  final Plan plan;
  final Scheduler scheduler;
  final SimulatedStripe stripe;
  final StripeApi stripeApi;
  final InMemoryLedger ledger = new InMemoryLedger();
  final Positions positions = Positions.inMemory();
  final InMemoryOpenEvents openEvents = new InMemoryOpenEvents();
  final Set<String> images = new LinkedHashSet<>();
  final Map<GenerationId, Image> photos = new HashMap<>();
  final List<Message> queue = new ArrayList<>();
  final List<Email> people;
  final Coverage coverage;
  final List<Asked> asked = new ArrayList<>();

  /** How many requests to the model failed, or lost their answers. */
  int unanswered;

  /** When the table was backed up to which it was restored, and when it was restored. */
  @Nullable Instant backedUpAt;

  @Nullable Instant restoredAt;
  private Runnable backup = () -> {};

  /** What an operator is told to look at. */
  final List<String> attention = new ArrayList<>();

  /** Those whose account makes every call that touches it fail. */
  final Set<Email> poisoned = new HashSet<>();

  /** The paths of all acts and faults that there were. */
  final Set<String> happened = new LinkedHashSet<>();

  @Nullable Checkpoint checkpoint;
  FaultPlan faults;
  Deployment deployment;

  /** What a worker is told of, again and again until it has taken it in. */
  record Message(Email owner, GenerationId generation) {}

  /** A call of the model. */
  record Asked(Email owner, Instant at) {}

  /** What may be down as a whole. */
  enum Part {
    TABLE,
    STRIPE,
    SWEEPER,
    WEBHOOK
  }

  /**
   * What a user sees of their account.
   *
   * @param available what they can spend
   */
  record Seen(
      int available, boolean hasDebt, boolean hasLots, boolean hasExpired, boolean hasPending) {}

  /** What a user could spend from that instant on. */
  record Sample(Instant at, int available) {}

  /** What a write added to the statement of an account. */
  record Written(Email owner, List<Evidence.Line> lines) {}

  /** All writes, in the order in which they took effect. */
  final List<Written> written = new ArrayList<>();

  private final Set<String> seen = new HashSet<>();
  private final Set<Email> debtors = new HashSet<>();
  private final Map<Part, Instant> down = new EnumMap<>(Part.class);
  private final Map<Email, List<Sample>> history = new HashMap<>();
  private Storage storage = new OurEvidence(this);
  private final @Nullable List<String> trace;
  private int made;
  private boolean calm;
  private long fingerprint = 1;

  /**
   * @param trace where to tell what happens, step by step, if a reader wants to know
   */
  World(Plan plan, Coverage coverage, @Nullable List<String> trace) {
    this.plan = plan;
    this.scheduler = new Scheduler(plan.seed());
    this.stripe = new SimulatedStripe(scheduler::now);
    this.stripeApi = new StripeApi(stripe);
    this.coverage = coverage;
    this.trace = trace;
    this.faults = FaultPlan.random(this, plan.percent(), plan.faults());
    this.people = new ArrayList<>();
    for (var i = 0; i < plan.people(); i++) {
      // The third has the mailbox of the first.
      this.people.add(new Email((i == 2 ? "person0+again" : "person" + i) + "@example.com"));
    }
    var chance = scheduler.chance();
    this.deployment =
        new Deployment(
            Deployment.CATALOGUE,
            1 + chance.nextInt(7),
            // From the shortest that is allowed to the usual one.
            Deployment.LONGEST_LEASE.minusSeconds(chance.nextInt(90)),
            true,
            plan.has(Hazard.WELCOME) ? 1 + chance.nextInt(5) : 0,
            plan.has(Hazard.DAILY_CAP) ? 12 + chance.nextInt(20) : 0,
            plan.has(Hazard.DAILY_CAP) ? 9 : 0);
  }

  /** What the running act draws from. */
  Random chance() {
    return scheduler.chance();
  }

  /** From now on nothing goes wrong. */
  void calm() {
    faults = FaultPlan.NO_FAULTS;
    calm = true;
    down.clear();
    stripeApi.failNext(false);
  }

  boolean isCalm() {
    return calm;
  }

  /** Where accounts are kept, in the place of {@link #ledger}. */
  void keepIn(Storage other) {
    storage = other;
  }

  Storage storage() {
    return storage;
  }

  void takeDown(Part part, Duration time) {
    tell(part + " is down for " + time);
    down.merge(part, scheduler.now().plus(time), (one, other) -> one.isAfter(other) ? one : other);
  }

  boolean isDown(@Nullable Part part) {
    var until = part == null ? null : down.get(part);
    return until != null && scheduler.now().isBefore(until);
  }

  /** When the last outage ends that lasts for hours; now if there is none. */
  Instant endOfLongOutage() {
    var now = scheduler.now();
    return down.values().stream()
        .filter(until -> until.isAfter(now.plus(Duration.ofHours(1))))
        .max(Instant::compareTo)
        .orElse(now);
  }

  /** Backs up the whole table. */
  void backUp() {
    tell("the table is backed up");
    backedUpAt = scheduler.now();
    var items = storage.backup();
    var writes = written.size();
    backup =
        () -> {
          items.run();
          written.subList(writes, written.size()).clear();
        };
  }

  /** Restores the whole table. */
  void restore() {
    tell("the table is restored");
    backup.run();
    restoredAt = scheduler.now();
  }

  /** Whether the table has forgotten what was done then. */
  boolean isForgotten(Instant then) {
    return restoredAt != null
        && backedUpAt != null
        && then.isAfter(backedUpAt.minus(Duration.ofMinutes(10)))
        && then.isBefore(restoredAt);
  }

  /** A number that no image had before. */
  int nextImage() {
    return made++;
  }

  /** How far a clock is off, at most by so many seconds either way. */
  Duration skew(int seconds) {
    return Duration.ofSeconds(chance().nextInt(2 * seconds + 1) - seconds);
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

  /** Tells more of it, where a reader wants to know. */
  void explain(Supplier<String> details) {
    if (trace != null) {
      trace.add("  " + details.get());
    }
  }

  /** A call about nobody in particular. */
  <T> T call(Invocation process, Site site, Supplier<T> effect) {
    return call(process, site, null, effect);
  }

  /**
   * A call of the outside: others may go on before and after it, and anything may go wrong.
   *
   * @param about whose account it touches
   */
  <T> T call(Invocation process, Site site, @Nullable Email about, Supplier<T> effect) {
    pause(process);
    if (isDown(site.part) || (about != null && poisoned.contains(about))) {
      process.strike();
      tell(process.name + " " + site + (isDown(site.part) ? " is down" : " is poisoned"));
      scheduler.sleep(Duration.ofSeconds(1));
      process.checkAlive();
      throw new Unavailable(site);
    }
    var fault = fault(process, site);
    switch (fault) {
      case FAILS -> throw new Unavailable(site);
      case DIES_BEFORE -> throw process.die();
      case THROTTLED -> {
        scheduler.sleep(Duration.ofMillis(50 + chance().nextInt(3_000)));
        process.checkAlive();
        if (chance().nextInt(3) == 0) {
          throw new Unavailable(site);
        }
      }
      case CONFLICT -> {
        for (var others = 1 + chance().nextInt(3); others > 0; others--) {
          pause(process);
        }
        if (chance().nextInt(4) == 0) {
          throw new Unavailable(site);
        }
      }
      case SLOW -> {
        if (chance().nextBoolean()) {
          scheduler.sleep(Duration.ofSeconds(5 + chance().nextInt(40)));
          process.checkAlive();
        }
      }
      case CLOCK_JUMPS -> process.jump(skew(300));
      case NONE, REPLY_LOST, DIES_AFTER -> {}
    }
    var result = effect.get();
    if (site.writes) {
      check(about == null ? people : List.of(about));
    }
    switch (fault) {
      case REPLY_LOST -> {
        pause(process);
        throw new Unavailable(site);
      }
      case DIES_AFTER -> throw process.die();
      case SLOW -> {
        scheduler.sleep(Duration.ofSeconds(5 + chance().nextInt(40)));
        if (chance().nextBoolean()) {
          process.checkAlive();
          throw new Unavailable(site);
        }
      }
      default -> {}
    }
    pause(process);
    return result;
  }

  /** What goes wrong with the next call of that process, unless the plan leaves that out. */
  Fault fault(Invocation process, Site site) {
    var fault = notDropped(process, faults.strike(process, site));
    coverage.count(site, fault);
    tell(process.name + " " + site + (fault == Fault.NONE ? "" : " " + fault));
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

  /** Lets others go on, of which one may end the process. */
  void pause(Invocation process) {
    scheduler.pause();
    process.checkAlive();
  }

  /** What must be true at every instant. */
  void check() {
    check(people);
  }

  void check(List<Email> owners) {
    for (var owner : owners) {
      var account = storage.check(owner, seen::add);
      if (!account.discrepancies().isEmpty()) {
        throw new AssertionError(account.discrepancies().toString());
      }
      if (!account.lines().isEmpty()) {
        written.add(new Written(owner, account.lines()));
      }
      sample(owner);
    }
  }

  /** Whether the user has ever owed anything. */
  boolean wasInDebt(Email email) {
    return debtors.contains(email);
  }

  private void sample(Email owner) {
    var account = storage.seen(owner);
    if (account.hasDebt()) {
      debtors.add(owner);
    }
    coverage.count(account, stripe, owner);
    var samples = history.computeIfAbsent(owner, _ -> new ArrayList<>());
    if (samples.isEmpty() || samples.getLast().available() != account.available()) {
      samples.add(new Sample(scheduler.now(), account.available()));
    }
  }

  /** What the user could spend at some instant of that time. */
  List<Integer> available(Email email, Instant from, Instant until) {
    sample(email);
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
