package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.generation.Image;
import dev.photocredits.generation.PhotoInMemory;
import dev.photocredits.generation.Prompt;
import dev.photocredits.generation.SentPhoto;
import dev.photocredits.generation.TransformationMode;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.Schedule.Answer;
import dev.photocredits.simulator.Schedule.Ordered;
import dev.photocredits.simulator.Service.Reply;
import dev.photocredits.simulator.SimulatedStripe.Session;
import dev.photocredits.simulator.SimulatedStripe.Status;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** What customers do: they buy, generate, look, delete and come back. */
final class Customers {
  private static final SentPhoto PHOTO =
      new PhotoInMemory(new Image(new ContentType("image/jpeg"), new byte[] {1}));

  /** Clocks are off by up to five minutes, and so is what has expired by them. */
  private static final Duration SKEW = Duration.ofMinutes(6);

  private final Schedule schedule;
  private final World world;
  private final Bank bank;

  Customers(Schedule schedule) {
    this.schedule = schedule;
    this.world = schedule.world;
    this.bank = new Bank(schedule);
  }

  /** A customer buys, generates, and comes back, a few times. */
  void person(Email email) {
    if (schedule.happens(80)) {
      schedule.act("buys", () -> buys(email, CreditPackage.STARTER));
    }
    for (var wishes = 2 + world.chance().nextInt(3); wishes > 0; wishes--) {
      if (schedule.happens(25)) {
        var pack = schedule.happens(50) ? CreditPackage.STARTER : CreditPackage.PRO;
        schedule.act("buys", () -> buys(email, pack));
      } else {
        schedule.act("wants", () -> wants(email));
      }
      if (schedule.happens(20)) {
        schedule.act("asks for the balance of", () -> balance(email));
      }
      if (schedule.happens(50)) {
        schedule.waits(schedule.happens(15) ? 1800 : 60);
      }
    }
  }

  /** A customer opens the page, pays there, or does not, and comes back. */
  void buys(Email email, CreditPackage pack) {
    var session = opens(email, pack);
    if (session.isPresent()) {
      pays(session.get());
      for (var polls = world.chance().nextInt(3); polls > 0; polls--) {
        schedule.waits(5);
        var _ = polls(session.get().id);
      }
    }
  }

  private Optional<Session> opens(Email email, CreditPackage pack) {
    var key = new IdempotencyKey("buy " + world.scheduler.path());
    for (var tries = 0; tries < 3; tries++) {
      var opened =
          schedule.call(
              "checkout",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.checkout(process, email, pack, key));
      if (opened.value().isPresent()) {
        return opened.value().map(id -> Objects.requireNonNull(world.stripe.sessions.get(id)));
      }
      if (!schedule.plan.has(Hazard.RETRIES)) {
        break;
      }
    }
    return Optional.empty();
  }

  /** A customer with a new key finds the page open, when all is well. */
  void mustBeAbleToBuy(Email email) {
    if (opens(email, CreditPackage.STARTER).isEmpty()) {
      schedule.violated(Violation.LOCKED_OUT, email.value());
    }
  }

  boolean polls(String session) {
    return schedule
        .call(
            "status",
            Schedule.API,
            Schedule.GATEWAY,
            process -> {
              schedule.service.status(process, session);
              return true;
            })
        .value()
        .isPresent();
  }

  /** Comes back to a page that was paid long ago, until there is an answer. */
  void returns(String session) {
    for (var tries = 0; tries < 20 && !polls(session); tries++) {
      schedule.waits(30);
    }
  }

  /** Buys while nothing of ours hears of it, and has some of the money returned. */
  void buysUnheard(Email email, List<String> sessions) {
    var session = opens(email, CreditPackage.STARTER);
    if (session.isPresent() && session.get().status == Status.OPEN) {
      world.stripe.pay(session.get(), 1);
      sessions.add(session.get().id);
      if (schedule.happens(60)) {
        bank.moves(session.get());
      }
    }
  }

  private void pays(Session session) {
    if (session.status != Status.OPEN) {
      return;
    }
    schedule.waits(30);
    if (schedule.may(Hazard.DISCOUNTS, 20)) {
      world.stripe.discount(session, schedule.happens(25) ? 0 : session.total * 4 / 5);
    }
    var rate = schedule.may(Hazard.EXCHANGE_RATES, 50) ? 150 : 1;
    if (schedule.may(Hazard.DELAYED_PAYMENTS, 8)) {
      world.stripe.expire(session);
    } else if (session.total > 0 && schedule.may(Hazard.DELAYED_PAYMENTS, 30)) {
      world.stripe.payLater(session, rate);
      schedule.meanwhile(
          "settles",
          () -> {
            schedule.waits(200);
            if (schedule.happens(75)) {
              world.stripe.settle(session);
              bank.mayMove(session);
            } else {
              world.stripe.bounce(session);
            }
          });
    } else {
      world.stripe.pay(session, rate);
      bank.mayMove(session);
    }
  }

  /** A customer wants pictures; one who hears nothing asks again, if they can. */
  void wants(Email email) {
    var order = order(email, schedule.may(Hazard.RETRIES, 75));
    if (order.isRepeatable && schedule.happens(20)) {
      schedule.meanwhile("asks", () -> asks(order));
    }
    if (schedule.may(Hazard.QUEUE, 40)) {
      queues(order);
    } else {
      asks(order);
      if (schedule.may(Hazard.DELETIONS, 15)) {
        for (var id : List.copyOf(order.generations)) {
          schedule.act("deletes", () -> deletes(order.email, id(id)));
        }
      }
    }
  }

  /** A customer wants pictures and does not wait; looks for them now and then, or gives up. */
  void queues(Ordered order) {
    var key = order.isRepeatable ? new IdempotencyKey(order.prompt) : null;
    for (var tries = 0; tries < 3; tries++) {
      order.attempts++;
      var reply =
          schedule.call(
              "queue",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.queue(process, order(order), key));
      hears(order, reply);
      if (reply.value().isPresent() || !order.isRepeatable) {
        break;
      }
    }
    for (var id : List.copyOf(order.generations)) {
      schedule.act("looks", () -> looks(order, id(id)));
    }
  }

  private static GenerationId id(String id) {
    return new GenerationId(UUID.fromString(id));
  }

  private void looks(Ordered order, GenerationId id) {
    for (var looks = world.chance().nextInt(4); looks > 0; looks--) {
      schedule.waits(60);
      if (schedule.may(Hazard.DELETIONS, 25)) {
        schedule.act("deletes", () -> deletes(order.email, id));
      }
      hears(
          order,
          schedule.call(
              "look",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.look(process, order.email, id)));
    }
  }

  void deletes(Email email, GenerationId id) {
    schedule.deletions.add(id.toString());
    var confirmed =
        schedule.call(
            "delete",
            Schedule.API,
            Schedule.GATEWAY,
            process -> {
              schedule.service.delete(process, email, id);
              return true;
            });
    if (confirmed.value().isPresent()) {
      schedule.deleted.add(id.toString());
    }
  }

  private void balance(Email email) {
    var reply =
        schedule.call(
            "balance",
            Schedule.API,
            Schedule.GATEWAY,
            process -> schedule.service.balance(process, email));
    reply.value().ifPresent(available -> compare(email, reply, available, "the balance"));
  }

  // What can be spent is told by the process's clock, which may see a grant expire before us.
  private void compare(Email email, Answer<?> reply, int told, String what) {
    var real = world.available(email, reply.from(), reply.until());
    if (!real.contains(told) && !isAboutToExpire(email, reply) && !isErased(email)) {
      schedule.violated(
          Violation.BALANCE_MISTOLD,
          "%s of %s was told as %d, and was %s".formatted(what, email.value(), told, real));
    }
  }

  private boolean isErased(Email email) {
    return schedule.pseudonyms.containsKey(email);
  }

  private boolean isAboutToExpire(Email email, Answer<?> reply) {
    return schedule.gifts.stream()
        .filter(gift -> gift.email.equals(email))
        .anyMatch(
            gift ->
                gift.expiresAt.isAfter(reply.from().minus(SKEW))
                    && gift.expiresAt.isBefore(reply.until().plus(SKEW)));
  }

  private void hears(Ordered order, Answer<Reply> answer) {
    if (answer.value().isEmpty()) {
      world.tell("caller of " + order.prompt + " hears nothing");
      return;
    }
    var reply = answer.value().get();
    world.tell("caller of " + order.prompt + " hears " + reply);
    order.askedAt = answer.until();
    order.replies.add(reply);
    switch (reply) {
      case Reply.Accepted(var id) -> knows(order, id);
      case Reply.Pictures(var id, _, var remaining) -> {
        if (id != null) {
          knows(order, id);
        }
        remaining.ifPresent(
            told -> compare(order.email, answer, told, "what remains to " + order.prompt));
      }
      case Reply.NothingCharged(var id) -> knows(order, id);
      case Reply.NotEnough(var required, var available) -> {
        var real = world.available(order.email, answer.from(), answer.until());
        if (real.stream().allMatch(credits -> credits >= required)
            && !isAboutToExpire(order.email, answer)
            && !isErased(order.email)) {
          schedule.violated(
              Violation.UNJUST_REFUSAL,
              "%s of %d was refused for lack of credits, with %d told and %s there"
                  .formatted(order.prompt, required, available, real));
        }
      }
      case Reply.ComeBack _, Reply.Refused _ -> {}
    }
  }

  private void knows(Ordered order, GenerationId id) {
    order.generations.add(id.toString());
    schedule.heardOf.putIfAbsent(id.toString(), world.scheduler.now());
  }

  Ordered order(Email email, boolean isRepeatable) {
    return order(email, "order " + schedule.orders.size(), isRepeatable);
  }

  private Ordered order(Email email, String prompt, boolean isRepeatable) {
    var order = new Ordered(email, prompt, isRepeatable);
    schedule.orders.add(order);
    return order;
  }

  void asks(Ordered order) {
    var key = order.isRepeatable ? new IdempotencyKey(order.prompt) : null;
    for (var tries = 0; tries < 4; tries++) {
      order.attempts++;
      var reply =
          schedule.call(
              "generate",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.generate(process, order(order), key));
      hears(order, reply);
      var again =
          reply.value().isEmpty()
              || reply.value().get() instanceof Reply.ComeBack
              || (reply.value().get() instanceof Reply.NothingCharged && schedule.happens(50));
      if (!order.isRepeatable || !schedule.plan.has(Hazard.RETRIES) || !again) {
        return;
      }
      schedule.waits(40);
    }
  }

  /** Has the model called for nothing, for less than an hour. */
  void abuses(Email email) {
    buys(email, CreditPackage.PRO);
    schedule.waits(60);
    for (var turn = 0; turn < 40; turn++) {
      schedule.act("abuses", () -> abusesOnce(email));
    }
  }

  private void abusesOnce(Email email) {
    var isHostile = schedule.happens(50);
    var number = " " + schedule.orders.size();
    var order = order(email, (isHostile ? Outside.HOSTILE : "cancelled") + number, false);
    order.attempts++;
    if (isHostile) {
      hears(
          order,
          schedule.call(
              "generate",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.generate(process, order(order), null)));
    } else {
      hears(
          order,
          schedule.call(
              "queue",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.queue(process, order(order), null)));
      schedule.waits(20);
      order.generations.forEach(id -> deletes(email, id(id)));
    }
    schedule.waits(10);
  }

  private static GenerationOrder order(Ordered order) {
    return new GenerationOrder(
        order.email, new Prompt(order.prompt), TransformationMode.FULL_TRANSFORMATION, PHOTO);
  }
}
