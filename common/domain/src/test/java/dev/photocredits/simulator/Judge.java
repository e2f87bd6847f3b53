package dev.photocredits.simulator;

import dev.photocredits.simulator.Evidence.Generated;
import dev.photocredits.simulator.Evidence.Given;
import dev.photocredits.simulator.Evidence.State;
import dev.photocredits.simulator.Service.Reply;
import dev.photocredits.simulator.Story.Gift;
import dev.photocredits.simulator.Story.Ordered;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Compares what a service has to show with what people paid for, and with what they were told. */
final class Judge {
  /** What a service can be guilty of. */
  enum Guilt {
    /** The balance is not what the entries add up to. */
    BALANCE_IS_NOT_ITS_ENTRIES,
    /** Somebody spent more than they had. */
    NEGATIVE_BALANCE,
    /** Somebody has fewer credits than they paid for. */
    CREDITS_LOST,
    /** Somebody has more credits than they paid for. */
    CREDITS_MINTED,
    /** A generation never ends. */
    PENDING_FOR_EVER,
    /** Somebody was told that nothing was charged, and it was. */
    LIE,
    /** One request was charged more than once. */
    CHARGED_TWICE,
    /** More was charged than the pictures that were delivered are worth. */
    CHARGED_FOR_NOTHING,
    /** Somebody cancelled a generation, and paid less than the pictures that had come are worth. */
    FREE_PICTURES,
    /** What has expired is still there. */
    NEVER_EXPIRED,
    /** A picture that was paid for cannot be fetched. */
    PICTURE_MISSING,
    /** A picture is there that somebody has deleted. */
    PICTURE_LEFT,
    /** A user is more than one customer of the provider's. */
    CUSTOMER_TWICE
  }

  private final Story story;
  private final Evidence evidence;
  private final Map<Guilt, List<String>> found = new EnumMap<>(Guilt.class);

  private Judge(Story story, Evidence evidence) {
    this.story = story;
    this.evidence = evidence;
  }

  /** Everything that the service is guilty of; nothing if all is well. */
  static Map<Guilt, List<String>> judge(Story story, Evidence evidence) {
    var judge = new Judge(story, evidence);
    judge.accounts();
    evidence.generations().forEach(judge::generation);
    story.orders.forEach(judge::order);
    story.gifts.forEach(judge::gift);
    if (story.world.stripe.customers() > story.world.people.size()) {
      judge.guilty(Guilt.CUSTOMER_TWICE, story.world.stripe.customers() + " customers");
    }
    return judge.found;
  }

  private void accounts() {
    for (var email : story.world.people) {
      var paid =
          story.world.stripe.sessions.values().stream()
              .filter(session -> session.email.equals(email))
              .mapToInt(SimulatedStripe.Session::worth)
              .sum();
      var charged =
          evidence.generations().stream()
              .filter(generation -> generation.email().equals(email))
              .mapToInt(Generated::charged)
              .sum();
      int balance = evidence.balances().getOrDefault(email, 0);
      int entries = evidence.entries().getOrDefault(email, 0);
      var given =
          evidence.given().stream()
              .filter(gift -> gift.email().equals(email))
              .mapToInt(Given::credits)
              .sum();
      int expired = evidence.expired().getOrDefault(email, 0);
      var who =
          "%s has %d, paid for %d, was given %d, used %d, and lost %d"
              .formatted(email.value(), balance, paid, given, charged, expired);
      var due = paid + given - charged - expired;
      if (balance < due) {
        guilty(Guilt.CREDITS_LOST, who);
      }
      if (balance > due) {
        guilty(Guilt.CREDITS_MINTED, who);
      }
      if (balance < 0 && story.world.stripe.sessions.values().stream().allMatch(this::isUnmoved)) {
        guilty(Guilt.NEGATIVE_BALANCE, who);
      }
      if (balance != entries) {
        guilty(Guilt.BALANCE_IS_NOT_ITS_ENTRIES, who + ", and entries of " + entries);
      }
    }
  }

  // By the time of the judgement all of them are over.
  private void gift(Gift gift) {
    var made =
        evidence.given().stream()
            .filter(given -> given.why().endsWith(": " + gift.reason))
            .toList();
    var credits = made.stream().mapToInt(Given::credits).sum();
    if (gift.isConfirmed && credits < gift.credits) {
      guilty(Guilt.CREDITS_LOST, gift.reason + " of " + gift.credits + ": " + made);
    }
    if (credits > gift.credits || made.size() > 1) {
      guilty(Guilt.CREDITS_MINTED, gift.reason + " of " + gift.credits + ": " + made);
    }
    if (made.stream().anyMatch(given -> given.left() > 0)) {
      guilty(Guilt.NEVER_EXPIRED, gift.reason + " until " + gift.expiresAt + ": " + made);
    }
  }

  private boolean isUnmoved(SimulatedStripe.Session session) {
    return session.refunded == 0 && session.withdrawn.isEmpty();
  }

  private void generation(Generated generation) {
    if (generation.state() == State.PENDING) {
      guilty(Guilt.PENDING_FOR_EVER, generation.toString());
    }
    // Both three times, so that nothing is rounded here.
    var charged = generation.charged() * 3;
    var delivered = generation.price() * generation.keys().size();
    // What its owner ended is rounded against them, by less than a credit.
    var most = generation.state() == State.DELETED ? delivered + 2 : delivered;
    if (charged > most) {
      guilty(Guilt.CHARGED_FOR_NOTHING, generation.toString());
    }
    if (generation.cancelled() && charged < delivered) {
      guilty(Guilt.FREE_PICTURES, generation.toString());
    }
    if (generation.state() == State.DELETED) {
      if (story.deleted.contains(generation.id())
          && generation.keys().stream().anyMatch(story.world.images::contains)) {
        guilty(Guilt.PICTURE_LEFT, generation.toString());
      }
    } else if (!story.world.images.containsAll(generation.keys())) {
      guilty(Guilt.PICTURE_MISSING, generation.toString());
    }
  }

  private void order(Ordered order) {
    var made =
        evidence.generations().stream()
            .filter(
                generation ->
                    generation.prompt().equals(order.prompt)
                        || order.generations.contains(generation.id()))
            .toList();
    var charged = made.stream().filter(generation -> generation.charged() > 0).count();
    if (charged > (order.isRepeatable ? 1 : order.attempts)) {
      guilty(Guilt.CHARGED_TWICE, order.prompt + ": " + made);
    }
    var deliveries = new HashSet<List<String>>();
    for (var reply : order.replies) {
      switch (reply) {
        case Reply.Pictures(_, var keys) -> {
          deliveries.add(keys);
          if (made.stream().noneMatch(generation -> generation.keys().equals(keys))) {
            guilty(Guilt.PICTURE_MISSING, order.prompt + " was given " + keys);
          }
        }
        case Reply.NothingCharged(var id) -> {
          if (made.stream().anyMatch(it -> it.id().equals(id.toString()) && it.charged() > 0)) {
            guilty(Guilt.LIE, order.prompt + ", " + id);
          }
        }
        case Reply.Accepted _, Reply.ComeBack _, Reply.Refused _ -> {}
      }
    }
    if (order.isRepeatable && deliveries.size() > 1) {
      guilty(Guilt.CHARGED_TWICE, order.prompt + " was given " + deliveries);
    }
  }

  private void guilty(Guilt of, String details) {
    found.computeIfAbsent(of, _ -> new ArrayList<>()).add(details);
  }
}
