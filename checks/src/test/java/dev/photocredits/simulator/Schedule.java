package dev.photocredits.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.stripe.net.Webhook;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.simulator.Service.Reply;
import dev.photocredits.simulator.SimulatedStripe.Event;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of a service: customers, banks, operators, Stripe and the clock, all at once, in an order
 * that chance decides. At the end everything comes to rest. It keeps what was asked for and what
 * was replied, which the {@link Oracle} compares with what there is.
 */
final class Schedule {
  /** Signs what Stripe sends. */
  static final String SECRET = "whsec_simulated";

  static final Duration API = Duration.ofSeconds(29);
  static final Duration GATEWAY = Duration.ofSeconds(30);
  private static final Duration SWEEPER = Duration.ofMinutes(5);
  private static final Duration WORKER = Duration.ofSeconds(150);
  private static final Duration VISIBILITY = Duration.ofMinutes(15);
  private static final int RECEIVES = 3;

  /** So many times Stripe delivers an event soon after it was not accepted; then it backs off. */
  private static final int AT_ONCE = 10;

  /** For so long Stripe delivers an event that is not accepted. */
  private static final Duration DELIVERY = Duration.ofDays(3);

  /** Before anything happened. */
  private static final Duration LONG_AGO = Duration.ofDays(180);

  /** Customers come back until there were so many. */
  private static final int LEAST_STEPS = 300;

  /** Later than any lease that was granted by then has run out, whatever the clocks. */
  private static final Duration OVERDUE = Duration.ofMinutes(31);

  /** A request for pictures, and what its callers were told of it. */
  static final class Ordered {
    final Email email;
    final String prompt;
    final boolean isRepeatable;
    int attempts;
    final List<Reply> replies = new ArrayList<>();
    Instant askedAt = Instant.MIN;

    /** Those that its callers know of. */
    final Set<String> generations = new HashSet<>();

    Ordered(Email email, String prompt, boolean isRepeatable) {
      this.email = email;
      this.prompt = prompt;
      this.isRepeatable = isRepeatable;
    }
  }

  /** Credits that an operator gives until then. */
  static final class Gift {
    final Email email;
    final String reason;
    final int credits;
    final Instant askedAt;
    final Instant expiresAt;

    /** How often it has to be there, for all that the operator heard. */
    int least;

    /** How often it may be there. */
    int most;

    Gift(Email email, String reason, int credits, Instant askedAt, Instant expiresAt) {
      this.askedAt = askedAt;
      this.email = email;
      this.reason = reason;
      this.credits = credits;
      this.expiresAt = expiresAt;
    }
  }

  /** A change of a balance that an operator wants once. */
  static final class Correction {
    final Email email;
    final String reason;
    final int change;
    final Instant askedAt;
    @Nullable TransactionId id;
    boolean isConfirmed;
    boolean isRefused;

    Correction(Email email, String reason, int change, Instant askedAt) {
      this.askedAt = askedAt;
      this.email = email;
      this.reason = reason;
      this.change = change;
    }
  }

  /** What a call came to; nothing at all if there was no answer. */
  record Answer<T>(Optional<T> value, Invocation process, Instant from, Instant until) {}

  final World world;
  final Plan plan;
  final Service service;
  final List<Gift> gifts = new ArrayList<>();
  final List<Correction> corrections = new ArrayList<>();
  final List<Ordered> orders = new ArrayList<>();

  /** Generations that their owners asked to delete, whether or not they heard of it. */
  final Set<String> deletions = new HashSet<>();

  /** When a caller first heard of a generation. */
  final Map<String, Instant> heardOf = new HashMap<>();

  /** Those of which they heard that it is done. */
  final Set<String> deleted = new HashSet<>();

  /** Under which names the account of a customer who was erased may be. */
  final Map<Email, List<Email>> pseudonyms = new LinkedHashMap<>();

  /** What contradicts another reply, or the account, at the moment it is heard. */
  final Map<Violation, List<String>> heard = new HashMap<>();

  private final Set<String> accepted = new HashSet<>();
  private final Set<String> lost = new HashSet<>();
  private final Map<String, Integer> refusals = new HashMap<>();
  private final Map<String, Instant> nextDeliveries = new HashMap<>();
  private final Map<String, Integer> refusalsAtRest = new HashMap<>();
  private boolean deaf;
  private int busy;
  private int processes;
  private int interruptions;

  Schedule(World world, Service service) {
    this.world = world;
    this.plan = world.plan;
    this.service = service;
  }

  /** How many processes died, or gave up because what lies outside failed. */
  int interruptions() {
    return interruptions;
  }

  void violated(Violation violation, String details) {
    heard.computeIfAbsent(violation, _ -> new ArrayList<>()).add(details);
  }

  // Calling the service

  /**
   * Calls the service in a process of its own.
   *
   * @param patience after that the caller hears that there is no answer
   */
  <T> Answer<T> call(
      String name, Duration timeout, Duration patience, Function<Invocation, T> body) {
    var from = world.scheduler.now();
    var skew = world.isCalm() ? Duration.ZERO : world.skew(happens(25) ? 300 : 5);
    var process =
        new Invocation(name + " " + ++processes, world.scheduler, timeout, skew, world.deployment);
    var answer = new ArrayList<T>();
    var ended = new ArrayList<Boolean>();
    world.scheduler.spawn(
        name,
        () -> {
          try {
            var value = body.apply(process);
            process.checkAlive();
            answer.add(value);
          } catch (Invocation.Died _) {
            world.tell(process.name + " is dead");
            interruptions++;
          } catch (RuntimeException e) {
            world.tell(process.name + " answers 500: " + e.getMessage());
            if (!(e instanceof Unavailable
                    || e instanceof PaymentsUnavailable
                    || e instanceof LookupUnavailable)
                && !process.wasStruck()
                && pseudonyms.isEmpty()) {
              throw e;
            }
            interruptions++;
          }
          ended.add(true);
        });
    var _ =
        world.scheduler.await(
            () -> !ended.isEmpty() || process.isDead(), world.scheduler.now().plus(patience));
    return new Answer<>(answer.stream().findFirst(), process, from, world.scheduler.now());
  }

  boolean happens(int percent) {
    return world.chance().nextInt(100) < percent;
  }

  boolean may(Hazard hazard, int percent) {
    return plan.has(hazard) && happens(percent);
  }

  // Coarse, so that many wake up at the same moment and get into each other's way.
  void waits(int seconds) {
    var steps = plan.has(Hazard.CROWD) ? 1 : seconds / 5;
    world.scheduler.sleep(Duration.ofSeconds(5L * world.chance().nextInt(steps + 1)));
  }

  /** Does it while the rest goes on. */
  void meanwhile(String name, Runnable doing) {
    busy++;
    world.scheduler.spawn(
        name,
        () -> {
          try {
            unlessDropped(doing);
          } finally {
            busy--;
          }
        });
  }

  /** Does it as an act that can be left out. */
  void act(String name, Runnable doing) {
    world.scheduler.act(name, () -> unlessDropped(doing));
  }

  private void unlessDropped(Runnable doing) {
    var path = world.scheduler.path();
    if (!plan.dropped().contains(path)) {
      world.happened.add(path);
      doing.run();
    }
  }

  // The queue

  /** Brings messages to workers, until all is quiet. */
  void worksUntilQuiet() {
    while (busy > 0 || !world.queue.isEmpty()) {
      if (world.queue.isEmpty()) {
        waits(20);
      } else {
        var message = world.queue.remove(world.chance().nextInt(world.queue.size()));
        meanwhile("brings", () -> brings(message));
        waits(10);
      }
    }
  }

  /** Three times at the most, each 15 minutes after the last; some more often. */
  void brings(World.Message message) {
    if (may(Hazard.DUPLICATES, 15)) {
      meanwhile(
          "brings",
          () -> {
            waits(60);
            var _ = works(message);
          });
    }
    for (var receives = 1; !works(message) && receives < RECEIVES; receives++) {
      world.scheduler.sleep(VISIBILITY);
    }
  }

  private boolean works(World.Message message) {
    return call(
            "work",
            WORKER,
            WORKER,
            process -> {
              service.work(process, message);
              return true;
            })
        .value()
        .isPresent();
  }

  // Stripe's webhooks and the schedules

  /** Delivers what is not accepted yet, in any order, until all is quiet. */
  void deliversUntilQuiet() {
    while (busy > 0 || !open().isEmpty()) {
      var now = world.scheduler.now();
      var due = open().stream().filter(event -> !nextDelivery(event).isAfter(now)).toList();
      if (!due.isEmpty()) {
        var event = due.get(world.chance().nextInt(due.size()));
        act("delivers", () -> delivers(event));
      } else if (busy > 0) {
        waits(20);
      } else {
        var next = open().stream().map(this::nextDelivery).min(Instant::compareTo).orElse(now);
        world.scheduler.sleep(Duration.between(now, next));
      }
    }
  }

  private Instant nextDelivery(Event event) {
    return nextDeliveries.getOrDefault(event.id(), Instant.MIN);
  }

  private List<Event> open() {
    var now = world.scheduler.now();
    return world.stripe.events.stream()
        .filter(event -> !accepted.contains(event.id()) && !lost.contains(event.id()))
        .filter(event -> event.created().plus(DELIVERY).isAfter(now))
        .toList();
  }

  /** Delivers an event once; it may be delivered again, and told again under another id. */
  private void delivers(Event event) {
    // What Stripe does not list comes by the webhook, or never.
    if (deaf || (event.listedAt() != null && may(Hazard.LOST_EVENTS, 15))) {
      lost.add(event.id());
      world.tell(event.id() + " is lost");
      return;
    }
    if (may(Hazard.DUPLICATES, 15)) {
      meanwhile(
          "posts",
          () -> {
            var _ = posts(event);
          });
    }
    if (posts(event)) {
      accepted.add(event.id());
      if (event.completes() && may(Hazard.DUPLICATES, 15)) {
        world.stripe.tellAgain(event.session());
      }
      if (may(Hazard.DUPLICATES, 10)) {
        accepted.remove(event.id());
      }
      return;
    }
    waits(10);
    sleepsUntilTheEndOfALongOutage();
    var refused = refusals.merge(event.id(), 1, Integer::sum) - AT_ONCE;
    if (refused > 0) {
      // From 40 seconds to some six hours.
      var pause = Duration.ofSeconds(20L << Math.min(refused, 10));
      nextDeliveries.put(event.id(), world.scheduler.now().plus(pause));
    }
    if (world.isCalm() && refusalsAtRest.merge(event.id(), 1, Integer::sum) >= 3) {
      world.tell(event.id() + " is given up");
      lost.add(event.id());
    }
  }

  /** Posts an event to the webhook, signed now; tells whether it was accepted. */
  boolean posts(Event event) {
    if (world.isDown(World.Part.WEBHOOK)) {
      world.scheduler.sleep(Duration.ofSeconds(5));
      return false;
    }
    var body = event.body().toString();
    var signature = signature(body, world.scheduler.now());
    world.tell("Stripe posts " + event.id() + " " + event.type());
    return call(
            "webhook",
            API,
            GATEWAY,
            process -> {
              service.webhook(process, body.getBytes(UTF_8), signature);
              return true;
            })
        .value()
        .isPresent();
  }

  /** The header of a delivery at that time. */
  static String signature(String body, Instant at) {
    var now = at.getEpochSecond();
    try {
      return "t=%d,v1=%s".formatted(now, Webhook.Util.computeHmacSha256(SECRET, now + "." + body));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HmacSHA256", e);
    }
  }

  /**
   * Sweeps now and then, sometimes twice at once, and reconciles now and then, until all is quiet.
   */
  void mendsUntilQuiet() {
    for (var rounds = 0; busy > 0; rounds++) {
      waits(rounds < 10 ? 90 : 400);
      sleepsUntilTheEndOfALongOutage();
      if (happens(20)) {
        meanwhile("sweeps", this::sweeps);
      }
      act("sweeps", this::sweeps);
      if (happens(20)) {
        act("reconciles", this::reconciles);
      }
      if (may(Hazard.AUDIT, 20)) {
        act("audits", this::audits);
      }
    }
  }

  private void sleepsUntilTheEndOfALongOutage() {
    var end = world.endOfLongOutage();
    if (end.isAfter(world.scheduler.now())) {
      world.scheduler.sleep(Duration.between(world.scheduler.now(), end));
    }
  }

  void sweeps() {
    if (world.isDown(World.Part.SWEEPER)) {
      return;
    }
    var from = world.scheduler.now();
    var swept =
        call(
            "sweep",
            SWEEPER,
            SWEEPER,
            process -> {
              service.sweep(process);
              return true;
            });
    if (swept.value().isPresent() && !swept.process().wasStruck()) {
      for (var generation : service.pending()) {
        if (generation.createdAt().plus(OVERDUE).isBefore(from)) {
          violated(Violation.REFUND_LATE, generation + " outlives a sweep at " + from);
        }
      }
    }
  }

  void reconciles() {
    var _ = hasMoreToReconcile();
  }

  /** Reconciles; whether there is more, if it came to an end. */
  private Optional<Boolean> hasMoreToReconcile() {
    return world.isDown(World.Part.SWEEPER)
        ? Optional.empty()
        : call("reconcile", SWEEPER, SWEEPER, service::reconcile).value();
  }

  void audits() {
    var _ =
        call(
            "audit",
            SWEEPER,
            SWEEPER,
            process -> {
              service.audit(process);
              return true;
            });
  }

  /** Everything that was begun comes to its end, without faults: events, leases, what was lost. */
  void comesToRest() {
    world.calm();
    world.scheduler.sleep(Duration.ofMinutes(20));
    deliversUntilQuiet();
    worksUntilQuiet();
    world.scheduler.sleep(Duration.ofMinutes(31));
    if (plan.has(Hazard.ERASURE)) {
      goesOnErasing();
    }
    sweeps();
    for (var runs = 0; hasMoreToReconcile().orElse(runs < 3); runs++) {
      world.tell("there is more to reconcile");
    }
    sweeps();
  }

  // What an operator does who is alarmed by an erasure that has not ended.
  private void goesOnErasing() {
    var _ =
        call(
            "go on erasing",
            SWEEPER,
            SWEEPER,
            process -> {
              service.goOnErasing(process);
              return true;
            });
  }

  /** All of it at once, and then the end. */
  void runs() {
    world.scheduler.spawn(
        "rest",
        () -> {
          var customers = new Customers(this);
          begins(customers);
          new Operators(this).begin();
          plays();
          for (var more = 0; more < 20 && world.scheduler.steps() < LEAST_STEPS; more++) {
            begins(customers);
            plays();
          }
          comesToRest();
          if (plan.has(Hazard.FORGETTING)) {
            act("forgets", () -> forgets(customers));
          }
          heals();
          if (world.backedUpAt != null) {
            world.restore();
            comparesAll();
            comesToRest();
          }
          if (plan.has(Hazard.STICKY_ERRORS) || plan.has(Hazard.DELETED_CUSTOMERS)) {
            world.stripeApi.failNext(false);
            world.people.forEach(customers::mustBeAbleToBuy);
          }
        });
    world.scheduler.run();
  }

  private void begins(Customers customers) {
    for (var email : List.copyOf(world.people)) {
      var selves = plan.has(Hazard.CROWD) ? 5 : 1 + world.chance().nextInt(2);
      for (var self = 0; self < selves; self++) {
        meanwhile("customer", () -> customers.person(email));
      }
    }
  }

  private void plays() {
    world.scheduler.spawn("mends", this::mendsUntilQuiet);
    world.scheduler.spawn("works", this::worksUntilQuiet);
    deliversUntilQuiet();
  }

  // Nothing of ours hears of Stripe until Stripe has forgotten; then the customers come back.
  private void forgets(Customers customers) {
    deaf = true;
    var sessions = new ArrayList<String>();
    for (var email : world.people) {
      act("buys", () -> customers.buysUnheard(email, sessions));
    }
    deliversUntilQuiet();
    world.takeDown(World.Part.SWEEPER, Duration.ofDays(31));
    world.scheduler.sleep(Duration.ofDays(31));
    deaf = false;
    sessions.forEach(customers::returns);
    comesToRest();
    comparesAll();
  }

  // What an operator does when Stripe may have forgotten events that the table does not know.
  private void comparesAll() {
    var since = world.scheduler.now().minus(LONG_AGO);
    var _ =
        call(
            "reconcile since",
            SWEEPER,
            SWEEPER,
            process -> {
              service.reconcileSince(process, since);
              return true;
            });
  }

  // What was poisoned is judged without its owners, then cured.
  private void heals() {
    if (world.poisoned.isEmpty()) {
      return;
    }
    Oracle.compare(this, service.evidence()).forEach(heard::putIfAbsent);
    world.poisoned.clear();
    comesToRest();
  }
}
