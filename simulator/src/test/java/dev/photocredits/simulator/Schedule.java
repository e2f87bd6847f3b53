package dev.photocredits.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.stripe.net.Webhook;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.service.Service;
import dev.photocredits.simulator.service.Service.Reply;
import dev.photocredits.simulator.service.Unavailable;
import dev.photocredits.simulator.stripe.SimulatedStripe.Event;
import dev.photocredits.values.Email;
import dev.photocredits.values.TransactionId;
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
 * One simulated run of a service. Customers, banks, operators and Stripe act concurrently, in an
 * order that the seed determines, until the system comes to rest. The schedule records requests and
 * replies, which the {@link Oracle} compares with the final state.
 */
public final class Schedule {
  /** The secret that signs webhook requests. */
  public static final String SECRET = "whsec_simulated";

  static final Duration API_TIMEOUT = Duration.ofSeconds(29);
  static final Duration GATEWAY_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SWEEPER_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(150);
  private static final Duration VISIBILITY_TIMEOUT = Duration.ofMinutes(15);
  private static final int MAX_RECEIVES = 3;

  /** After this many failed deliveries of an event, Stripe starts to back off. */
  private static final int ATTEMPTS_BEFORE_BACKOFF = 10;

  /** How long Stripe retries an event that is not accepted. */
  private static final Duration RETRY_PERIOD = Duration.ofDays(3);

  /** How far to look back to include the whole schedule. */
  private static final Duration LOOKBACK = Duration.ofDays(180);

  /** Customers return until the schedule has this many steps. */
  private static final int MIN_STEPS = 300;

  /** The age at which every generation is overdue, for any lease and clock skew. */
  private static final Duration OVERDUE_AGE = Duration.ofMinutes(31);

  /** A generation request, with all its attempts, and the replies to them. */
  static final class GenerationAttempts {
    final Email email;
    final String prompt;
    final boolean isRepeatable;
    int attempts;
    final List<Reply> replies = new ArrayList<>();
    Instant requestedAt = Instant.MIN;

    /** The ids of the generations that replies have named. */
    final Set<String> generations = new HashSet<>();

    GenerationAttempts(Email email, String prompt, boolean isRepeatable) {
      this.email = email;
      this.prompt = prompt;
      this.isRepeatable = isRepeatable;
    }
  }

  /** A promotion that an operator grants. */
  public static final class PromotionRequest {
    final Email email;
    final String reason;
    final int credits;
    final Instant requestedAt;
    final Instant expiresAt;

    /** The minimum number of times that it is granted, according to the replies. */
    int minGrants;

    /** The maximum number of times that it may be granted. */
    int maxGrants;

    PromotionRequest(
        Email email, String reason, int credits, Instant requestedAt, Instant expiresAt) {
      this.requestedAt = requestedAt;
      this.email = email;
      this.reason = reason;
      this.credits = credits;
      this.expiresAt = expiresAt;
    }
  }

  /** An adjustment that an operator wants to make once. */
  public static final class AdjustmentRequest {
    final Email email;
    final String reason;
    final int change;
    final Instant requestedAt;
    @Nullable TransactionId id;
    boolean isConfirmed;
    boolean isRefused;

    AdjustmentRequest(Email email, String reason, int change, Instant requestedAt) {
      this.requestedAt = requestedAt;
      this.email = email;
      this.reason = reason;
      this.change = change;
    }
  }

  /** The result of a call; empty if there was no response. */
  record Answer<T>(Optional<T> value, Invocation process, Instant from, Instant until) {}

  final World world;
  final Plan plan;
  final Service service;
  final List<PromotionRequest> promotions = new ArrayList<>();
  final List<AdjustmentRequest> adjustments = new ArrayList<>();
  final List<GenerationAttempts> requests = new ArrayList<>();

  /** The generations that their owners tried to delete, whether or not they got a response. */
  final Set<String> deletions = new HashSet<>();

  /** When a reply first named each generation. */
  final Map<String, Instant> firstNamedAt = new HashMap<>();

  /** The generations whose deletion was confirmed. */
  final Set<String> confirmedDeletions = new HashSet<>();

  /** The pseudonyms that the account of each erased user may have. */
  final Map<Email, List<Email>> pseudonyms = new LinkedHashMap<>();

  /** The violations found during the schedule, in replies and after sweeps. */
  final Map<Violation, List<String>> violations = new HashMap<>();

  private final Set<String> accepted = new HashSet<>();
  private final Set<String> lost = new HashSet<>();
  private final Map<String, Integer> failedDeliveries = new HashMap<>();
  private final Map<String, Instant> nextDeliveries = new HashMap<>();
  private final Map<String, Integer> failedDeliveriesAtRest = new HashMap<>();
  private boolean losesAllEvents;
  private int runningTasks;
  private int processes;
  private int interruptions;

  Schedule(World world, Service service) {
    this.world = world;
    this.plan = world.plan;
    this.service = service;
  }

  /** The number of processes that died or failed because of an external service. */
  int interruptions() {
    return interruptions;
  }

  void report(Violation violation, String details) {
    violations.computeIfAbsent(violation, _ -> new ArrayList<>()).add(details);
  }

  // Calling the service

  /**
   * Calls the service in a process of its own.
   *
   * @param timeout after which the process is killed
   * @param patience how long the caller waits for a response
   */
  <T> Answer<T> call(
      String name, Duration timeout, Duration patience, Function<Invocation, T> body) {
    var from = world.scheduler.now();
    var skew = world.areFaultsStopped() ? Duration.ZERO : world.skew(happens(25) ? 300 : 5);
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
            world.trace(process.name + " died");
            interruptions++;
          } catch (RuntimeException e) {
            world.trace(process.name + " fails: " + e.getMessage());
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

  /** Returns true with this probability, in percent. */
  boolean happens(int percent) {
    return world.random().nextInt(100) < percent;
  }

  /** Returns true with this probability if the schedule has the hazard; otherwise false. */
  boolean may(Hazard hazard, int percent) {
    return plan.has(hazard) && happens(percent);
  }

  // Multiples of five seconds, so that tasks often wake up at the same moment and interfere.
  void waitUpTo(int seconds) {
    var steps = plan.has(Hazard.CROWD) ? 1 : seconds / 5;
    world.scheduler.sleep(Duration.ofSeconds(5L * world.random().nextInt(steps + 1)));
  }

  /** Runs this as a concurrent task. */
  void meanwhile(String name, Runnable action) {
    runningTasks++;
    world.scheduler.spawn(
        name,
        () -> {
          try {
            runUnlessDropped(action);
          } finally {
            runningTasks--;
          }
        });
  }

  /** Runs this as an act, which shrinking can leave out. */
  void act(String name, Runnable action) {
    world.scheduler.act(name, () -> runUnlessDropped(action));
  }

  private void runUnlessDropped(Runnable action) {
    var path = world.scheduler.path();
    if (!plan.dropped().contains(path)) {
      world.happened.add(path);
      action.run();
    }
  }

  // The queue

  /** Delivers messages to workers in random order, until no other task runs and none are left. */
  void runWorkers() {
    while (runningTasks > 0 || !world.queue.isEmpty()) {
      if (world.queue.isEmpty()) {
        waitUpTo(20);
      } else {
        var message = world.queue.remove(world.random().nextInt(world.queue.size()));
        meanwhile("brings", () -> deliverMessage(message));
        waitUpTo(10);
      }
    }
  }

  /** Delivers a message up to three times, 15 minutes apart, and some messages once more. */
  void deliverMessage(World.Message message) {
    if (may(Hazard.DUPLICATES, 15)) {
      meanwhile(
          "brings",
          () -> {
            waitUpTo(60);
            var _ = work(message);
          });
    }
    for (var receives = 1; !work(message) && receives < MAX_RECEIVES; receives++) {
      world.scheduler.sleep(VISIBILITY_TIMEOUT);
    }
  }

  private boolean work(World.Message message) {
    return call(
            "work",
            WORKER_TIMEOUT,
            WORKER_TIMEOUT,
            process -> {
              service.work(process, message);
              return true;
            })
        .value()
        .isPresent();
  }

  // Stripe's webhooks and the scheduled tasks

  /** Delivers the remaining events in random order, until no other task runs and none are left. */
  void deliverEvents() {
    while (runningTasks > 0 || !undelivered().isEmpty()) {
      var now = world.scheduler.now();
      var due = undelivered().stream().filter(event -> !nextDelivery(event).isAfter(now)).toList();
      if (!due.isEmpty()) {
        var event = due.get(world.random().nextInt(due.size()));
        act("delivers", () -> deliver(event));
      } else if (runningTasks > 0) {
        waitUpTo(20);
      } else {
        var next =
            undelivered().stream().map(this::nextDelivery).min(Instant::compareTo).orElse(now);
        world.scheduler.sleep(Duration.between(now, next));
      }
    }
  }

  private Instant nextDelivery(Event event) {
    return nextDeliveries.getOrDefault(event.id(), Instant.MIN);
  }

  private List<Event> undelivered() {
    var now = world.scheduler.now();
    return world.stripe.events.stream()
        .filter(event -> !accepted.contains(event.id()) && !lost.contains(event.id()))
        .filter(event -> event.created().plus(RETRY_PERIOD).isAfter(now))
        .toList();
  }

  /** Delivers an event once; duplicates may follow, under the same id or a new one. */
  private void deliver(Event event) {
    // An event that Stripe does not list can only arrive by the webhook, so it is not lost.
    if (losesAllEvents || (event.listedAt() != null && may(Hazard.LOST_EVENTS, 15))) {
      lost.add(event.id());
      world.trace(event.id() + " is lost");
      return;
    }
    if (may(Hazard.DUPLICATES, 15)) {
      meanwhile(
          "posts",
          () -> {
            var _ = post(event);
          });
    }
    if (post(event)) {
      accepted.add(event.id());
      if (event.completes() && may(Hazard.DUPLICATES, 15)) {
        world.stripe.emitAgain(event.session());
      }
      if (may(Hazard.DUPLICATES, 10)) {
        accepted.remove(event.id());
      }
      return;
    }
    waitUpTo(10);
    sleepUntilLongOutagesEnd();
    var excess = failedDeliveries.merge(event.id(), 1, Integer::sum) - ATTEMPTS_BEFORE_BACKOFF;
    if (excess > 0) {
      // From 40 seconds to some six hours.
      var pause = Duration.ofSeconds(20L << Math.min(excess, 10));
      nextDeliveries.put(event.id(), world.scheduler.now().plus(pause));
    }
    if (world.areFaultsStopped()
        && failedDeliveriesAtRest.merge(event.id(), 1, Integer::sum) >= 3) {
      world.trace(event.id() + " is not retried any more");
      lost.add(event.id());
    }
  }

  /** Posts an event to the webhook, signed now; returns whether it was accepted. */
  boolean post(Event event) {
    if (world.isDown(World.Part.WEBHOOK)) {
      world.scheduler.sleep(Duration.ofSeconds(5));
      return false;
    }
    var body = event.body().toString();
    var signature = signature(body, world.scheduler.now());
    world.trace("Stripe posts " + event.id() + " " + event.type());
    return call(
            "webhook",
            API_TIMEOUT,
            GATEWAY_TIMEOUT,
            process -> {
              service.webhook(process, body.getBytes(UTF_8), signature);
              return true;
            })
        .value()
        .isPresent();
  }

  /** The signature header of a webhook request at this time. */
  static String signature(String body, Instant at) {
    var now = at.getEpochSecond();
    try {
      return "t=%d,v1=%s".formatted(now, Webhook.Util.computeHmacSha256(SECRET, now + "." + body));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HmacSHA256", e);
    }
  }

  /**
   * Runs the scheduled tasks until no other task runs: sweeps, sometimes two at once, and now and
   * then a reconciliation or an audit.
   */
  void runScheduledTasks() {
    for (var rounds = 0; runningTasks > 0; rounds++) {
      waitUpTo(rounds < 10 ? 90 : 400);
      sleepUntilLongOutagesEnd();
      if (happens(20)) {
        meanwhile("sweeps", this::sweep);
      }
      act("sweeps", this::sweep);
      if (happens(20)) {
        act("reconciles", this::reconcile);
      }
      if (may(Hazard.AUDIT, 20)) {
        act("audits", this::audit);
      }
    }
  }

  private void sleepUntilLongOutagesEnd() {
    var end = world.endOfLongOutage();
    if (end.isAfter(world.scheduler.now())) {
      world.scheduler.sleep(Duration.between(world.scheduler.now(), end));
    }
  }

  void sweep() {
    if (world.isDown(World.Part.SWEEPER)) {
      return;
    }
    var from = world.scheduler.now();
    var swept =
        call(
            "sweep",
            SWEEPER_TIMEOUT,
            SWEEPER_TIMEOUT,
            process -> {
              service.sweep(process);
              return true;
            });
    if (swept.value().isPresent() && !swept.process().wasStruck()) {
      for (var generation : service.pending()) {
        if (generation.createdAt().plus(OVERDUE_AGE).isBefore(from)) {
          report(Violation.REFUND_LATE, generation + " is still pending after a sweep at " + from);
        }
      }
    }
  }

  void reconcile() {
    var _ = hasMoreToReconcile();
  }

  /** Reconciles; returns whether there is more to reconcile, or empty if the run failed. */
  private Optional<Boolean> hasMoreToReconcile() {
    return world.isDown(World.Part.SWEEPER)
        ? Optional.empty()
        : call("reconcile", SWEEPER_TIMEOUT, SWEEPER_TIMEOUT, service::reconcile).value();
  }

  void audit() {
    var _ =
        call(
            "audit",
            SWEEPER_TIMEOUT,
            SWEEPER_TIMEOUT,
            process -> {
              service.audit(process);
              return true;
            });
  }

  /**
   * Lets the system come to rest without faults: delivers the remaining events and messages, lets
   * leases and delayed writes pass, and then sweeps and reconciles.
   */
  void comeToRest() {
    world.stopFaults();
    world.scheduler.sleep(Duration.ofMinutes(20));
    deliverEvents();
    runWorkers();
    world.scheduler.sleep(Duration.ofMinutes(31));
    if (plan.has(Hazard.ERASURE)) {
      resumeErasures();
    }
    sweep();
    for (var runs = 0; hasMoreToReconcile().orElse(runs < 3); runs++) {
      world.trace("there is more to reconcile");
    }
    sweep();
  }

  // As an operator does after an alarm for an unfinished erasure.
  private void resumeErasures() {
    var _ =
        call(
            "go on erasing",
            SWEEPER_TIMEOUT,
            SWEEPER_TIMEOUT,
            process -> {
              service.resumeErasures(process);
              return true;
            });
  }

  /** Runs the whole schedule, until the system has come to rest. */
  void run() {
    world.scheduler.spawn(
        "rest",
        () -> {
          var customers = new Customers(this);
          startCustomers(customers);
          new Operators(this).begin();
          playOut();
          for (var more = 0; more < 20 && world.scheduler.steps() < MIN_STEPS; more++) {
            startCustomers(customers);
            playOut();
          }
          comeToRest();
          if (plan.has(Hazard.FORGETTING)) {
            act("forgets", () -> loseEvents(customers));
          }
          curePoisoned();
          if (world.backedUpAt != null) {
            world.restore();
            reconcileAll();
            comeToRest();
          }
          if (plan.has(Hazard.STICKY_ERRORS) || plan.has(Hazard.DELETED_CUSTOMERS)) {
            world.stripeApi.failNext(false);
            world.users.forEach(customers::checkCanBuy);
          }
        });
    world.scheduler.run();
  }

  private void startCustomers(Customers customers) {
    for (var email : List.copyOf(world.users)) {
      var selves = plan.has(Hazard.CROWD) ? 5 : 1 + world.random().nextInt(2);
      for (var self = 0; self < selves; self++) {
        meanwhile("customer", () -> customers.visit(email));
      }
    }
  }

  private void playOut() {
    world.scheduler.spawn("mends", this::runScheduledTasks);
    world.scheduler.spawn("works", this::runWorkers);
    deliverEvents();
  }

  // No event arrives and no task runs until Stripe has discarded its events; then customers return.
  private void loseEvents(Customers customers) {
    losesAllEvents = true;
    var sessions = new ArrayList<String>();
    for (var email : world.users) {
      act("buys", () -> customers.buyWithoutEvents(email, sessions));
    }
    deliverEvents();
    world.takeDown(World.Part.SWEEPER, Duration.ofDays(31));
    world.scheduler.sleep(Duration.ofDays(31));
    losesAllEvents = false;
    sessions.forEach(customers::pollUntilAnswered);
    comeToRest();
    reconcileAll();
  }

  // As an operator does when Stripe may have discarded events that the table does not know.
  private void reconcileAll() {
    var since = world.scheduler.now().minus(LOOKBACK);
    var _ =
        call(
            "reconcile since",
            SWEEPER_TIMEOUT,
            SWEEPER_TIMEOUT,
            process -> {
              service.reconcileSince(process, since);
              return true;
            });
  }

  // Checks the other accounts while some are poisoned, then cures those.
  private void curePoisoned() {
    if (world.poisoned.isEmpty()) {
      return;
    }
    Oracle.compare(this, service.evidence()).forEach(violations::putIfAbsent);
    world.poisoned.clear();
    comeToRest();
  }
}
