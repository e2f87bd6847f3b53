package dev.photocredits.simulator;

import dev.photocredits.ledger.CreditByCredit;
import dev.photocredits.simulator.Schedule.AdjustmentRequest;
import dev.photocredits.simulator.Schedule.GenerationAttempts;
import dev.photocredits.simulator.Schedule.PromotionRequest;
import dev.photocredits.simulator.service.Evidence;
import dev.photocredits.simulator.service.Evidence.GenerationEvidence;
import dev.photocredits.simulator.service.Evidence.Line;
import dev.photocredits.simulator.service.Evidence.State;
import dev.photocredits.simulator.service.Service.Reply;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.simulator.stripe.SimulatedStripe.CardPayment;
import dev.photocredits.simulator.stripe.SimulatedStripe.Event;
import dev.photocredits.simulator.stripe.SimulatedStripe.Session;
import dev.photocredits.values.Email;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: checks the final state of a schedule and reports violations. It derives the expected
 * state from the payments at Stripe, from what was sold and replied, and from the pictures in the
 * bucket. It shares no rule with the code under test.
 */
final class Oracle {
  private static final int PICTURES = 3;

  /** How far a process's clock may be off: five minutes, and a margin. */
  private static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(6);

  /** How many uncharged calls to the model a user may cause in an hour. */
  private static final int UNCHARGED_CALLS = 60;

  /** How many calls may be in progress when that limit is reached. */
  private static final int IN_PROGRESS = 20;

  private final Schedule schedule;
  private final World world;
  private final Evidence evidence;
  private final Map<String, Integer> charges = new HashMap<>();
  private final Map<Violation, List<String>> found = new EnumMap<>(Violation.class);

  private Oracle(Schedule schedule, Evidence evidence) {
    this.schedule = schedule;
    this.world = schedule.world;
    this.evidence = evidence;
    for (var line : evidence.lines()) {
      if (line.type().equals("usage") || line.type().equals("refund")) {
        charges.merge(line.about(), -line.credits(), Integer::sum);
      }
    }
  }

  /** Returns all violations, with those found during the schedule; empty if there are none. */
  static Map<Violation, List<String>> compare(Schedule schedule, Evidence evidence) {
    var oracle = new Oracle(schedule, evidence);
    schedule.violations.forEach((violation, details) -> oracle.found.put(violation, details));
    for (var email : schedule.world.users) {
      if (!schedule.world.poisoned.contains(email)) {
        oracle.checkAccount(email);
      }
    }
    evidence.generations().forEach(oracle::checkGeneration);
    schedule.requests.forEach(oracle::checkRequest);
    schedule.promotions.forEach(oracle::checkPromotion);
    schedule.adjustments.forEach(oracle::checkAdjustment);
    oracle.checkCustomers();
    oracle.checkAttention();
    oracle.checkModelCalls();
    return oracle.found;
  }

  // Money

  /** The credits that were sold by a session, less those of money that the customer got back. */
  static int worth(Session session) {
    return session.sold == null || !session.paid
        ? 0
        : session.sold.credits() - reversed(session, Instant.MAX);
  }

  /** The credits of the money that the customer had got back by then. */
  private static int reversed(Session session, Instant then) {
    return share(session, payment -> payment.returned(then));
  }

  private static int everReversed(Session session, Instant then) {
    return share(session, payment -> payment.everReturned(then));
  }

  private static int share(Session session, ToLongFunction<CardPayment> money) {
    var payment = session.payment;
    if (session.sold == null || !session.paid || payment == null) {
      return 0;
    }
    var back = Math.clamp(money.applyAsLong(payment), 0, payment.amount);
    return (int) Math.floorDiv(session.sold.credits() * back, payment.amount);
  }

  private static boolean belongsTo(Session session, Email email) {
    return email.value().equals(session.metadata.get("user_email"));
  }

  private List<Email> addresses(Email email) {
    return Stream.concat(
            Stream.of(email), schedule.pseudonyms.getOrDefault(email, List.of()).stream())
        .distinct()
        .toList();
  }

  private List<Line> lines(Email email) {
    var addresses = addresses(email);
    return evidence.lines().stream().filter(line -> addresses.contains(line.owner())).toList();
  }

  private static int sum(List<Line> lines, String type) {
    return lines.stream().filter(line -> line.type().equals(type)).mapToInt(Line::credits).sum();
  }

  private void checkAccount(Email email) {
    var addresses = addresses(email);
    var lines = lines(email);
    var sessions =
        world.stripe.sessions.values().stream()
            .filter(session -> belongsTo(session, email))
            .toList();
    var sold = sessions.stream().mapToInt(Oracle::worth).sum();
    var charged =
        evidence.generations().stream()
            .filter(generation -> addresses.contains(generation.owner()))
            .mapToInt(this::expectedCharge)
            .sum();
    var granted = sum(lines, "promotion");
    var adjusted = sum(lines, "adjustment");
    var expired = -sum(lines, "expiry");
    var balance =
        addresses.stream().mapToInt(name -> evidence.balances().getOrDefault(name, 0)).sum();
    var summary =
        "%s has %d; bought %d, promotions %d, adjustments %d, charged %d, expired %d"
            .formatted(email.value(), balance, sold, granted, adjusted, charged, expired);
    var due = sold + granted + adjusted - charged - expired;
    if (balance < due) {
      report(Violation.CREDITS_LOST, summary);
    }
    if (balance > due) {
      report(Violation.CREDITS_MINTED, summary);
    }
    if (balance < 0
        && sessions.stream().allMatch(session -> session.payment == null || isUnmoved(session))) {
      report(Violation.NEGATIVE_BALANCE, summary);
    }
    var all = lines.stream().mapToInt(Line::credits).sum();
    if (balance != all) {
      report(
          Violation.BALANCE_IS_NOT_ITS_TRANSACTIONS,
          summary + ", but the sum of the transactions is " + all);
    }
    var welcomed =
        world.users.stream()
            .filter(other -> mailbox(other).equals(mailbox(email)))
            .flatMap(other -> lines(other).stream())
            .filter(line -> line.description().equals("Welcome credits"));
    if (welcomed.count() > 1) {
      report(Violation.CREDITS_MINTED, summary + ", and the mailbox got welcome credits twice");
    }
    checkExpiry(email, lines, sessions, expired);
    if (!isErased(email)) {
      replayCreditByCredit(email, balance);
    }
  }

  // Replays all writes credit by credit. Each write must expire exactly the credits that are due by
  // its time, and must not use them.
  private void replayCreditByCredit(Email email, int balance) {
    var account = new CreditByCredit();
    for (var written : world.written) {
      if (written.owner().equals(email)) {
        var due = expiring(account, written.lines());
        var expired = -sum(written.lines(), "expiry");
        if (due == null || expired != due) {
          report(
              due != null && expired > due
                  ? Violation.CREDITS_EXPIRED_TOO_EARLY
                  : Violation.EXPIRED_CREDITS_USED,
              "%s: %s expires %d, expected %d; now %s"
                  .formatted(email.value(), written.lines(), expired, due, account));
          return;
        }
      }
    }
    var unexpired = account.available(world.scheduler.now());
    if (unexpired - account.debt() != balance) {
      report(
          Violation.EXPIRED_CREDITS_USED,
          "%s has %d, but %s credit by credit".formatted(email.value(), balance, account));
    }
  }

  /** The credits that a write must expire; null if it uses credits that are not available. */
  private @Nullable Integer expiring(CreditByCredit account, List<Line> lines) {
    var main =
        Stream.of("purchase", "promotion", "usage", "refund", "adjustment", "reversal", "expiry")
            .flatMap(type -> lines.stream().filter(line -> line.type().equals(type)))
            .filter(line -> !line.type().equals("reversal") || !line.about().isEmpty())
            .findFirst()
            .orElseThrow();
    var credits = Math.abs(main.credits());
    var at = main.at();
    var expected =
        switch (main.type()) {
          case "purchase" -> account.purchase(main.about(), credits, -sum(lines, "reversal"));
          case "promotion" ->
              account.promotion(main.description(), credits, expiryOf(main.description()), at);
          case "usage" -> account.usage(main.about(), credits, at).orElse(null);
          case "refund" -> account.refund(main.about(), credits, at);
          case "adjustment" -> account.adjustment(main.credits(), at).orElse(null);
          case "reversal" ->
              main.credits() < 0
                  ? account.reversal(main.about(), credits, at)
                  : account.undo(main.about(), credits, at);
          case "expiry" -> account.expire(at);
          default -> throw new IllegalArgumentException(main.type());
        };
    return expected == null
        ? null
        : -expected.stream()
            .filter(line -> line.type().equals("expiry"))
            .mapToInt(CreditByCredit.Line::change)
            .sum();
  }

  private @Nullable Instant expiryOf(String description) {
    return schedule.promotions.stream()
        .filter(promotion -> description.endsWith(": " + promotion.reason))
        .map(promotion -> promotion.expiresAt)
        .findFirst()
        .orElse(null);
  }

  /** The mailbox of an address: the simulated provider ignores a tag after a plus sign. */
  private static String mailbox(Email email) {
    return email.value().replaceFirst("\\+[^@]*@", "@");
  }

  private static boolean isUnmoved(Session session) {
    var payment = Objects.requireNonNull(session.payment);
    return payment.refunds.isEmpty() && payment.disputes.isEmpty();
  }

  // A lower bound of what must expire: promotions are spent in the order of their expiry, so of
  // those with the earliest expiry, all that was not charged, adjusted or reversed in time. There
  // is no bound for users who had a debt that was cancelled later: any grant may have settled it.
  private void checkExpiry(Email email, List<Line> lines, List<Session> sessions, int expired) {
    var hadOtherDebts =
        world.wasInDebt(email)
            && sessions.stream()
                .anyMatch(
                    session -> session.payment != null && session.payment.hadReturnWithdrawn());
    if (hadOtherDebts || isErased(email)) {
      return;
    }
    var promotions =
        schedule.promotions.stream()
            .filter(promotion -> promotion.email.equals(email))
            .sorted(Comparator.comparing((PromotionRequest promotion) -> promotion.expiresAt))
            .toList();
    var expiring = 0;
    var least = 0;
    var first = Instant.MAX;
    for (var promotion : promotions) {
      expiring += grantsOf(promotion).stream().mapToInt(Line::credits).sum();
      first = promotion.requestedAt.isBefore(first) ? promotion.requestedAt : first;
      least =
          Math.max(least, expiring - consumed(email, lines, sessions, first, promotion.expiresAt));
    }
    if (expired < least) {
      report(
          Violation.EXPIRED_CREDITS_USED,
          "%s: %d expired, expected at least %d".formatted(email.value(), expired, least));
    }
  }

  private int consumed(
      Email email, List<Line> lines, List<Session> sessions, Instant from, Instant until) {
    var charged =
        evidence.generations().stream()
            .filter(generation -> generation.owner().equals(email))
            .filter(generation -> generation.createdAt().isBefore(until))
            .filter(
                generation ->
                    !schedule
                        .firstNamedAt
                        .getOrDefault(generation.id(), Instant.MAX)
                        .isBefore(from))
            .mapToInt(this::expectedCharge)
            .sum();
    var adjusted =
        lines.stream()
            .filter(line -> line.type().equals("adjustment") && line.at().isBefore(until))
            .mapToInt(line -> Math.max(0, -line.credits()))
            .sum();
    var reversed =
        sessions.stream()
            .mapToInt(
                session ->
                    Math.min(
                        everReversed(session, until.plus(MAX_CLOCK_SKEW)),
                        reversed(session, Instant.MAX)))
            .sum();
    return charged + adjusted + reversed;
  }

  // All promotions have expired by the time of the comparison.
  private List<Line> grantsOf(PromotionRequest promotion) {
    return lines(promotion.email).stream()
        .filter(line -> line.type().equals("promotion"))
        .filter(line -> line.description().endsWith(": " + promotion.reason))
        .toList();
  }

  private void checkPromotion(PromotionRequest promotion) {
    if (world.poisoned.contains(promotion.email) || world.wasLostByRestore(promotion.requestedAt)) {
      return;
    }
    var granted = grantsOf(promotion);
    if (granted.size() < promotion.minGrants) {
      report(
          Violation.CREDITS_LOST, promotion.reason + " was granted " + granted.size() + " times");
    }
    // After an erasure the user is a new one, without any record of earlier promotions.
    if ((granted.size() > promotion.maxGrants && !isErased(promotion.email))
        || granted.stream().anyMatch(line -> line.credits() != promotion.credits)) {
      report(
          Violation.CREDITS_MINTED,
          promotion.reason + " of " + promotion.credits + " was granted as " + granted);
    }
  }

  private void checkAdjustment(AdjustmentRequest adjustment) {
    if (world.poisoned.contains(adjustment.email)
        || world.wasLostByRestore(adjustment.requestedAt)) {
      return;
    }
    var matching =
        lines(adjustment.email).stream()
            .filter(line -> line.type().equals("adjustment"))
            .filter(line -> line.description().endsWith(": " + adjustment.reason))
            .mapToInt(Line::credits)
            .toArray();
    var isDone = matching.length == 1 && matching[0] == adjustment.change;
    if (adjustment.isConfirmed
        ? !isDone
        : adjustment.isRefused ? matching.length > 0 : matching.length > 1) {
      report(
          adjustment.change > 0 ? Violation.CREDITS_LOST : Violation.CREDITS_MINTED,
          adjustment.reason
              + " of "
              + adjustment.change
              + " was made "
              + matching.length
              + " times");
    }
  }

  private boolean isErased(Email email) {
    return schedule.pseudonyms.containsKey(email);
  }

  /**
   * Checks that each address has one customer. A second is allowed once Stripe has discarded the
   * first one's idempotency key, after a day less clock skew, or if a restore has lost the first.
   */
  private void checkCustomers() {
    var last = new HashMap<String, Instant>();
    for (var customer : world.stripe.customers.values()) {
      var address = customer.address();
      @Nullable Instant before = last.put(address, customer.created());
      if (before != null
          && customer.created().isBefore(before.plus(Duration.ofHours(23)))
          && !world.wasLostByRestore(before)
          && !isErased(new Email(address))) {
        report(Violation.CUSTOMER_TWICE, address);
      }
    }
  }

  // Generations

  /** The correct charge for a generation, by its delivered pictures. */
  private int expectedCharge(GenerationEvidence generation) {
    var delivered = generation.keys().size();
    var missing = generation.price() * (PICTURES - delivered);
    return switch (generation.state()) {
      case PENDING -> generation.price();
      case FAILED -> 0;
      case SUCCEEDED -> generation.price() - Math.ceilDiv(missing, PICTURES);
      // The refund of a cancellation is rounded down.
      case DELETED ->
          generation.price()
              - (isCancelled(generation)
                  ? Math.floorDiv(missing, PICTURES)
                  : Math.ceilDiv(missing, PICTURES));
    };
  }

  private boolean isCancelled(GenerationEvidence generation) {
    return evidence.lines().stream()
        .filter(line -> line.about().equals(generation.id()))
        .noneMatch(line -> line.description().endsWith("variations missing"));
  }

  private void checkGeneration(GenerationEvidence generation) {
    if (world.poisoned.contains(generation.owner())) {
      return;
    }
    if (generation.state() == State.PENDING) {
      report(Violation.PENDING_FOR_EVER, generation.toString());
    }
    var charged = charges.getOrDefault(generation.id(), 0);
    if (charged > expectedCharge(generation)) {
      report(Violation.CHARGED_FOR_NOTHING, generation + " was charged " + charged);
    }
    if (charged < expectedCharge(generation)) {
      report(Violation.FREE_PICTURES, generation + " was charged " + charged);
    }
    if (generation.state() == State.DELETED) {
      if (!schedule.deletions.contains(generation.id())) {
        report(Violation.PICTURE_MISSING, "not deleted by its owner: " + generation);
      }
      if (schedule.confirmedDeletions.contains(generation.id())
          && generation.keys().stream().anyMatch(world.images::contains)) {
        report(Violation.PICTURE_LEFT, generation.toString());
      }
    } else if (!generation.owner().isPseudonym()
        && !wasRemovedBeforeARestore(generation)
        && !world.images.containsAll(generation.keys())) {
      report(Violation.PICTURE_MISSING, generation.toString());
    }
  }

  // A backup has no pictures: a generation deleted after the backup is restored without its own.
  private boolean wasRemovedBeforeARestore(GenerationEvidence generation) {
    return world.restoredAt != null
        && (schedule.deletions.contains(generation.id()) || isErased(generation.owner()));
  }

  private void checkRequest(GenerationAttempts request) {
    if (world.poisoned.contains(request.email) || world.wasLostByRestore(request.requestedAt)) {
      return;
    }
    var matching =
        evidence.generations().stream()
            .filter(
                generation ->
                    generation.prompt().equals(request.prompt)
                        || request.generations.contains(generation.id()))
            .toList();
    var charged = matching.stream().filter(it -> charges.getOrDefault(it.id(), 0) > 0).count();
    if (charged > (request.isRepeatable ? 1 : request.attempts) && !isErased(request.email)) {
      report(Violation.CHARGED_TWICE, request.prompt + ": " + matching);
    }
    var deliveries = new HashSet<List<String>>();
    for (var reply : request.replies) {
      switch (reply) {
        case Reply.Pictures(_, var keys, _) -> {
          deliveries.add(keys);
          if (matching.stream().noneMatch(generation -> generation.keys().equals(keys))) {
            report(Violation.PICTURE_MISSING, request.prompt + " got " + keys);
          }
        }
        case Reply.NothingCharged(var id) -> {
          if (charges.getOrDefault(id.toString(), 0) > 0) {
            report(Violation.LIE, request.prompt + ", " + id);
          }
        }
        case Reply.Accepted _,
            Reply.InProgress _,
            Reply.InsufficientCredits _,
            Reply.Refused _ -> {}
      }
    }
    if (request.isRepeatable && deliveries.size() > 1 && !isErased(request.email)) {
      report(Violation.CHARGED_TWICE, request.prompt + " got " + deliveries);
    }
  }

  // Reports to operators

  private void checkAttention() {
    for (var event : world.stripe.events) {
      if (needsAttention(event)
          && world.attention.stream().noneMatch(line -> mentions(line, event))) {
        report(Violation.NO_ATTENTION, event.body().toString());
      }
    }
  }

  // From one reported event of a session, an operator finds the others at Stripe.
  private boolean mentions(String line, Event event) {
    var object = event.body().path("data").path("object");
    return line.contains(object.path("id").asText())
        || world.stripe.events.stream()
            .filter(other -> other.session() == event.session())
            .anyMatch(other -> line.contains(other.id() + ":") || line.contains(other.id() + " "));
  }

  private static boolean needsAttention(Event event) {
    var session = event.session();
    var currency = event.body().path("data").path("object").path("currency").asText();
    var isMoved =
        event.type().equals("refund.created")
            || event.type().equals("charge.dispute.funds_withdrawn");
    var isOurs = session.sold != null;
    var looksOurs =
        !isOurs
            && event.completes()
            && SimulatedStripe.OUR_STAGE.equals(session.metadata.get("stage"));
    return looksOurs || (isOurs && isMoved && !currency.equals(session.currency));
  }

  // The model

  private void checkModelCalls() {
    var hours =
        world.modelCalls.stream()
            .filter(call -> call.owner().value().startsWith("abuser"))
            .collect(
                Collectors.groupingBy(
                    call -> call.at().truncatedTo(ChronoUnit.HOURS), Collectors.counting()));
    var paid =
        evidence.generations().stream()
            .filter(generation -> generation.owner().value().startsWith("abuser"))
            .mapToInt(generation -> generation.keys().size())
            .sum();
    // Calls of processes that died and calls without a response are our failures and do not count.
    var failed = PICTURES * schedule.interruptions() + world.failedModelCalls;
    hours.forEach(
        (hour, calls) -> {
          if (calls - paid > UNCHARGED_CALLS + IN_PROGRESS + failed) {
            report(
                Violation.UNBOUNDED_CALLS,
                "%d calls in the hour from %s, %d pictures paid for".formatted(calls, hour, paid));
          }
        });
    var cap = world.deployment.dailyCap();
    if (cap == 0) {
      return;
    }
    days(world.modelCalls)
        .forEach(
            (day, calls) -> {
              if (calls > cap) {
                report(
                    Violation.CAP_EXCEEDED, calls + " calls with a cap of " + cap + " on " + day);
              }
            });
    var share = world.deployment.dailyShare();
    world.modelCalls.stream()
        .collect(Collectors.groupingBy(World.ModelCall::owner))
        .forEach(
            (owner, calls) ->
                days(calls)
                    .forEach(
                        (day, count) -> {
                          if (count > share && !isErased(owner)) {
                            report(
                                Violation.CAP_EXCEEDED,
                                "%d calls with a share of %d for %s on %s"
                                    .formatted(count, share, owner.value(), day));
                          }
                        }));
    // A restored table has lost some of the counts.
    if (world.restoredAt == null) {
      checkCounter();
    }
  }

  // A process that dies or loses the table after counting does not make the calls it counted.
  private void checkCounter() {
    var counted = evidence.counted();
    var requested = world.modelCalls.size();
    if (counted > requested + PICTURES * schedule.interruptions()) {
      report(Violation.CAP_OVERCOUNTED, counted + " counted, " + requested + " requested");
    }
    if (counted < requested) {
      report(Violation.CAP_UNDERCOUNTED, counted + " counted, " + requested + " requested");
    }
  }

  private static Map<Instant, Long> days(List<World.ModelCall> calls) {
    return calls.stream()
        .filter(call -> isFarFromMidnight(call.at()))
        .collect(
            Collectors.groupingBy(
                call -> call.at().truncatedTo(ChronoUnit.DAYS), Collectors.counting()));
  }

  private static boolean isFarFromMidnight(Instant at) {
    var time = LocalTime.ofInstant(at, ZoneOffset.UTC);
    var minutes = Duration.between(LocalTime.MIDNIGHT, time).toMinutes();
    return minutes > 10 && minutes < Duration.ofDays(1).toMinutes() - 10;
  }

  private void report(Violation violation, String details) {
    found.computeIfAbsent(violation, _ -> new ArrayList<>()).add(details);
  }
}
