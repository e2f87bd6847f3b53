package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.ledger.CreditByCredit;
import dev.photocredits.simulator.Evidence.Generated;
import dev.photocredits.simulator.Evidence.Line;
import dev.photocredits.simulator.Evidence.State;
import dev.photocredits.simulator.Schedule.Correction;
import dev.photocredits.simulator.Schedule.Gift;
import dev.photocredits.simulator.Schedule.Ordered;
import dev.photocredits.simulator.Service.Reply;
import dev.photocredits.simulator.SimulatedStripe.CardPayment;
import dev.photocredits.simulator.SimulatedStripe.Event;
import dev.photocredits.simulator.SimulatedStripe.Session;
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
 * Decides what must hold at the end of a schedule: from the money on the customers' cards, from
 * what was sold and replied, and from the pictures in the bucket. It shares no rule with the code
 * under test.
 */
final class Oracle {
  private static final int PICTURES = 3;

  /** So far may the clock of a process be behind. */
  private static final Duration CLOCKS = Duration.ofMinutes(6);

  /** Calls of the model in an hour that a user may cause without being charged. */
  private static final int FREE_CALLS = 60;

  /** Those that may be under way when the bound is reached. */
  private static final int UNDER_WAY = 20;

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

  /** Every violation, with what was heard on the way; nothing if all is well. */
  static Map<Violation, List<String>> compare(Schedule schedule, Evidence evidence) {
    var oracle = new Oracle(schedule, evidence);
    schedule.heard.forEach((violation, details) -> oracle.found.put(violation, details));
    for (var email : schedule.world.people) {
      if (!schedule.world.poisoned.contains(email)) {
        oracle.account(email);
      }
    }
    evidence.generations().forEach(oracle::generation);
    schedule.orders.forEach(oracle::order);
    schedule.gifts.forEach(oracle::gift);
    schedule.corrections.forEach(oracle::correction);
    oracle.customers();
    oracle.attention();
    oracle.model();
    return oracle.found;
  }

  // Money

  /** The credits that a session is worth by what the customer's card says. */
  static int worth(Session session) {
    return session.sold == null || !session.paid
        ? 0
        : session.sold.credits() - reversed(session, Instant.MAX);
  }

  /** The credits whose money the customer had got back by then. */
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

  private static boolean isOf(Session session, Email email) {
    return email.value().equals(session.metadata.get("user_email"));
  }

  private List<Email> names(Email email) {
    return Stream.concat(
            Stream.of(email), schedule.pseudonyms.getOrDefault(email, List.of()).stream())
        .distinct()
        .toList();
  }

  private List<Line> lines(Email email) {
    var names = names(email);
    return evidence.lines().stream().filter(line -> names.contains(line.owner())).toList();
  }

  private static int sum(List<Line> lines, String type) {
    return lines.stream().filter(line -> line.type().equals(type)).mapToInt(Line::credits).sum();
  }

  private void account(Email email) {
    var names = names(email);
    var lines = lines(email);
    var sessions =
        world.stripe.sessions.values().stream().filter(session -> isOf(session, email)).toList();
    var sold = sessions.stream().mapToInt(Oracle::worth).sum();
    var charged =
        evidence.generations().stream()
            .filter(generation -> names.contains(generation.owner()))
            .mapToInt(this::charge)
            .sum();
    var given = sum(lines, "promotion");
    var corrected = sum(lines, "adjustment");
    var expired = -sum(lines, "expiry");
    var balance = names.stream().mapToInt(name -> evidence.balances().getOrDefault(name, 0)).sum();
    var who =
        "%s has %d, paid for %d, was given %d, corrected by %d, charged %d, and lost %d to expiry"
            .formatted(email.value(), balance, sold, given, corrected, charged, expired);
    var due = sold + given + corrected - charged - expired;
    if (balance < due) {
      violated(Violation.CREDITS_LOST, who);
    }
    if (balance > due) {
      violated(Violation.CREDITS_MINTED, who);
    }
    if (balance < 0
        && sessions.stream().allMatch(session -> session.payment == null || isUnmoved(session))) {
      violated(Violation.NEGATIVE_BALANCE, who);
    }
    var all = lines.stream().mapToInt(Line::credits).sum();
    if (balance != all) {
      violated(Violation.BALANCE_IS_NOT_ITS_TRANSACTIONS, who + ", and transactions of " + all);
    }
    var welcomed =
        world.people.stream()
            .filter(other -> mailbox(other).equals(mailbox(email)))
            .flatMap(other -> lines(other).stream())
            .filter(line -> line.description().equals("Welcome credits"));
    if (welcomed.count() > 1) {
      violated(Violation.CREDITS_MINTED, who + ", whose mailbox was welcomed twice");
    }
    expiry(email, lines, sessions, expired);
    if (!isErased(email)) {
      creditByCredit(email, balance);
    }
  }

  // Every write has to expire the very credits that are due by its time, and to pay with others.
  private void creditByCredit(Email email, int balance) {
    var account = new CreditByCredit();
    for (var written : world.written) {
      if (written.owner().equals(email)) {
        var due = expiring(account, written.lines());
        var expired = -sum(written.lines(), "expiry");
        if (due == null || expired != due) {
          violated(
              due != null && expired > due
                  ? Violation.CREDITS_EXPIRED_TOO_EARLY
                  : Violation.EXPIRED_CREDITS_USED,
              "%s: %s expires %d, and %d had to; now %s"
                  .formatted(email.value(), written.lines(), expired, due, account));
          return;
        }
      }
    }
    var unexpired = account.available(world.scheduler.now());
    if (unexpired - account.debt() != balance) {
      violated(
          Violation.EXPIRED_CREDITS_USED,
          "%s has %d, and %s by single credits".formatted(email.value(), balance, account));
    }
  }

  /** What has to expire with a write of these lines; null if what they take is not available. */
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
              account.promotion(main.description(), credits, expiry(main.description()), at);
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

  private @Nullable Instant expiry(String description) {
    return schedule.gifts.stream()
        .filter(gift -> description.endsWith(": " + gift.reason))
        .map(gift -> gift.expiresAt)
        .findFirst()
        .orElse(null);
  }

  /** What our customers' provider delivers to: it knows tags behind a plus sign. */
  private static String mailbox(Email email) {
    return email.value().replaceFirst("\\+[^@]*@", "@");
  }

  private static boolean isUnmoved(Session session) {
    var payment = Objects.requireNonNull(session.payment);
    return payment.refunds.isEmpty() && payment.disputes.isEmpty();
  }

  // Of what expires first, as much as nothing consumed in time has to expire. What can have been
  // consumed is bounded by all that was charged, corrected or reversed in time, and still is. A
  // debt that came to nothing later may have been paid by any grant.
  private void expiry(Email email, List<Line> lines, List<Session> sessions, int expired) {
    var hadOtherDebts =
        world.wasInDebt(email)
            && sessions.stream()
                .anyMatch(session -> session.payment != null && session.payment.hasTakenBack());
    if (hadOtherDebts || isErased(email)) {
      return;
    }
    var gifts =
        schedule.gifts.stream()
            .filter(gift -> gift.email.equals(email))
            .sorted(Comparator.comparing((Gift gift) -> gift.expiresAt))
            .toList();
    var expiring = 0;
    var least = 0;
    var first = Instant.MAX;
    for (var gift : gifts) {
      expiring += given(gift).stream().mapToInt(Line::credits).sum();
      first = gift.askedAt.isBefore(first) ? gift.askedAt : first;
      least = Math.max(least, expiring - consumed(email, lines, sessions, first, gift.expiresAt));
    }
    if (expired < least) {
      violated(
          Violation.EXPIRED_CREDITS_USED,
          "%s: %d expired, and at least %d had to".formatted(email.value(), expired, least));
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
                    !schedule.heardOf.getOrDefault(generation.id(), Instant.MAX).isBefore(from))
            .mapToInt(this::charge)
            .sum();
    var corrected =
        lines.stream()
            .filter(line -> line.type().equals("adjustment") && line.at().isBefore(until))
            .mapToInt(line -> Math.max(0, -line.credits()))
            .sum();
    var reversed =
        sessions.stream()
            .mapToInt(
                session ->
                    Math.min(
                        everReversed(session, until.plus(CLOCKS)), reversed(session, Instant.MAX)))
            .sum();
    return charged + corrected + reversed;
  }

  // By the time of the comparison all of them have expired.
  private List<Line> given(Gift gift) {
    return lines(gift.email).stream()
        .filter(line -> line.type().equals("promotion"))
        .filter(line -> line.description().endsWith(": " + gift.reason))
        .toList();
  }

  private void gift(Gift gift) {
    if (world.poisoned.contains(gift.email) || world.isForgotten(gift.askedAt)) {
      return;
    }
    var given = given(gift);
    if (given.size() < gift.least) {
      violated(Violation.CREDITS_LOST, gift.reason + " is there " + given.size() + " times");
    }
    // A customer who was erased is a new one afterwards, of whom nothing is remembered.
    if ((given.size() > gift.most && !isErased(gift.email))
        || given.stream().anyMatch(line -> line.credits() != gift.credits)) {
      violated(Violation.CREDITS_MINTED, gift.reason + " of " + gift.credits + ": " + given);
    }
  }

  private void correction(Correction correction) {
    if (world.poisoned.contains(correction.email) || world.isForgotten(correction.askedAt)) {
      return;
    }
    var made =
        lines(correction.email).stream()
            .filter(line -> line.type().equals("adjustment"))
            .filter(line -> line.description().endsWith(": " + correction.reason))
            .mapToInt(Line::credits)
            .toArray();
    var isDone = made.length == 1 && made[0] == correction.change;
    if (correction.isConfirmed
        ? !isDone
        : correction.isRefused ? made.length > 0 : made.length > 1) {
      violated(
          correction.change > 0 ? Violation.CREDITS_LOST : Violation.CREDITS_MINTED,
          correction.reason + " of " + correction.change + ": " + List.of(made.length));
    }
  }

  private boolean isErased(Email email) {
    return schedule.pseudonyms.containsKey(email);
  }

  /**
   * An address has one customer, unless Stripe has forgotten the first one's key, which takes a day
   * by clocks that may be off, or a restore of the table has.
   */
  private void customers() {
    var last = new HashMap<String, Instant>();
    for (var customer : world.stripe.customers.values()) {
      var address = customer.address();
      @Nullable Instant before = last.put(address, customer.created());
      if (before != null
          && customer.created().isBefore(before.plus(Duration.ofHours(23)))
          && !world.isForgotten(before)
          && !isErased(new Email(address))) {
        violated(Violation.CUSTOMER_TWICE, address);
      }
    }
  }

  // Generations

  /** What a generation has to cost, by its delivered pictures. */
  private int charge(Generated generation) {
    var delivered = generation.keys().size();
    var missing = generation.price() * (PICTURES - delivered);
    return switch (generation.state()) {
      case PENDING -> generation.price();
      case FAILED -> 0;
      case SUCCEEDED -> generation.price() - Math.ceilDiv(missing, PICTURES);
      // What its owner ended is rounded against them.
      case DELETED ->
          generation.price()
              - (isCancelled(generation)
                  ? Math.floorDiv(missing, PICTURES)
                  : Math.ceilDiv(missing, PICTURES));
    };
  }

  private boolean isCancelled(Generated generation) {
    return evidence.lines().stream()
        .filter(line -> line.about().equals(generation.id()))
        .noneMatch(line -> line.description().endsWith("variations missing"));
  }

  private void generation(Generated generation) {
    if (world.poisoned.contains(generation.owner())) {
      return;
    }
    if (generation.state() == State.PENDING) {
      violated(Violation.PENDING_FOR_EVER, generation.toString());
    }
    var charged = charges.getOrDefault(generation.id(), 0);
    if (charged > charge(generation)) {
      violated(Violation.CHARGED_FOR_NOTHING, generation + " costs " + charged);
    }
    if (charged < charge(generation)) {
      violated(Violation.FREE_PICTURES, generation + " costs " + charged);
    }
    if (generation.state() == State.DELETED) {
      if (!schedule.deletions.contains(generation.id())) {
        violated(Violation.PICTURE_MISSING, "deleted by nobody: " + generation);
      }
      if (schedule.deleted.contains(generation.id())
          && generation.keys().stream().anyMatch(world.images::contains)) {
        violated(Violation.PICTURE_LEFT, generation.toString());
      }
    } else if (!generation.owner().isPseudonym()
        && !wasRemovedBeforeARestore(generation)
        && !world.images.containsAll(generation.keys())) {
      violated(Violation.PICTURE_MISSING, generation.toString());
    }
  }

  // A backup has no pictures: what was deleted or erased after it is there again without them.
  private boolean wasRemovedBeforeARestore(Generated generation) {
    return world.restoredAt != null
        && (schedule.deletions.contains(generation.id()) || isErased(generation.owner()));
  }

  private void order(Ordered order) {
    if (world.poisoned.contains(order.email) || world.isForgotten(order.askedAt)) {
      return;
    }
    var made =
        evidence.generations().stream()
            .filter(
                generation ->
                    generation.prompt().equals(order.prompt)
                        || order.generations.contains(generation.id()))
            .toList();
    var charged = made.stream().filter(it -> charges.getOrDefault(it.id(), 0) > 0).count();
    if (charged > (order.isRepeatable ? 1 : order.attempts) && !isErased(order.email)) {
      violated(Violation.CHARGED_TWICE, order.prompt + ": " + made);
    }
    var deliveries = new HashSet<List<String>>();
    for (var reply : order.replies) {
      switch (reply) {
        case Reply.Pictures(_, var keys, _) -> {
          deliveries.add(keys);
          if (made.stream().noneMatch(generation -> generation.keys().equals(keys))) {
            violated(Violation.PICTURE_MISSING, order.prompt + " was given " + keys);
          }
        }
        case Reply.NothingCharged(var id) -> {
          if (charges.getOrDefault(id.toString(), 0) > 0) {
            violated(Violation.LIE, order.prompt + ", " + id);
          }
        }
        case Reply.Accepted _, Reply.ComeBack _, Reply.NotEnough _, Reply.Refused _ -> {}
      }
    }
    if (order.isRepeatable && deliveries.size() > 1 && !isErased(order.email)) {
      violated(Violation.CHARGED_TWICE, order.prompt + " was given " + deliveries);
    }
  }

  // What an operator hears

  private void attention() {
    for (var event : world.stripe.events) {
      if (needsAttention(event) && world.attention.stream().noneMatch(line -> names(line, event))) {
        violated(Violation.NO_ATTENTION, event.body().toString());
      }
    }
  }

  // An operator who is told of any event of a session finds the others at Stripe.
  private boolean names(String line, Event event) {
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

  private void model() {
    var hours =
        world.asked.stream()
            .filter(call -> call.owner().value().startsWith("abuser"))
            .collect(
                Collectors.groupingBy(
                    call -> call.at().truncatedTo(ChronoUnit.HOURS), Collectors.counting()));
    var paid =
        evidence.generations().stream()
            .filter(generation -> generation.owner().value().startsWith("abuser"))
            .mapToInt(generation -> generation.keys().size())
            .sum();
    // Calls of a process that died, and calls without an answer, are refunded as our own failures.
    var failed = PICTURES * schedule.interruptions() + world.unanswered;
    hours.forEach(
        (hour, calls) -> {
          if (calls - paid > FREE_CALLS + UNDER_WAY + failed) {
            violated(
                Violation.UNBOUNDED_CALLS,
                "%d calls in the hour of %s, %d pictures paid".formatted(calls, hour, paid));
          }
        });
    var cap = world.deployment.dailyCap();
    if (cap == 0) {
      return;
    }
    days(world.asked)
        .forEach(
            (day, calls) -> {
              if (calls > cap) {
                violated(Violation.CAP_EXCEEDED, calls + " of " + cap + " on " + day);
              }
            });
    var share = world.deployment.dailyShare();
    world.asked.stream()
        .collect(Collectors.groupingBy(World.Asked::owner))
        .forEach(
            (owner, asked) ->
                days(asked)
                    .forEach(
                        (day, calls) -> {
                          if (calls > share && !isErased(owner)) {
                            violated(
                                Violation.CAP_EXCEEDED,
                                "%d of a share of %d for %s on %s"
                                    .formatted(calls, share, owner.value(), day));
                          }
                        }));
    // A restored table has forgotten some, and asks nothing more.
    if (world.restoredAt == null) {
      counted();
    }
  }

  // Who dies between counting and asking, or cannot reach the table any more, has counted more.
  private void counted() {
    var counted = evidence.counted();
    var asked = world.asked.size();
    if (counted > asked + PICTURES * schedule.interruptions()) {
      violated(Violation.CAP_OVERCOUNTED, counted + " counted, and asked for " + asked);
    }
    if (counted < asked) {
      violated(Violation.CAP_UNDERCOUNTED, counted + " counted, and asked for " + asked);
    }
  }

  private static Map<Instant, Long> days(List<World.Asked> calls) {
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

  private void violated(Violation violation, String details) {
    found.computeIfAbsent(violation, _ -> new ArrayList<>()).add(details);
  }
}
