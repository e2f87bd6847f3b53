package dev.photocredits.simulator;

import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.PhotoInMemory;
import dev.photocredits.generation.SubmittedPhoto;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.Schedule.Answer;
import dev.photocredits.simulator.Schedule.GenerationAttempts;
import dev.photocredits.simulator.service.Service.Reply;
import dev.photocredits.simulator.stripe.SimulatedStripe.Session;
import dev.photocredits.simulator.stripe.SimulatedStripe.Status;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** What customers do: buy, generate, poll, delete and return. */
final class Customers {
  private static final SubmittedPhoto PHOTO =
      new PhotoInMemory(new Image(new ContentType("image/jpeg"), new byte[] {1}));

  /** A process's clock may be off by up to five minutes, so it may expire credits early or late. */
  private static final Duration SKEW = Duration.ofMinutes(6);

  private final Schedule schedule;
  private final World world;
  private final Bank bank;

  Customers(Schedule schedule) {
    this.schedule = schedule;
    this.world = schedule.world;
    this.bank = new Bank(schedule);
  }

  /** A customer buys and generates a few times. */
  void visit(Email email) {
    if (schedule.happens(80)) {
      schedule.act("buys", () -> buy(email, CreditPackage.STARTER));
    }
    for (var actions = 2 + world.random().nextInt(3); actions > 0; actions--) {
      if (schedule.happens(25)) {
        var pack = schedule.happens(50) ? CreditPackage.STARTER : CreditPackage.PRO;
        schedule.act("buys", () -> buy(email, pack));
      } else {
        schedule.act("wants", () -> requestPictures(email));
      }
      if (schedule.happens(20)) {
        schedule.act("asks for the balance of", () -> balance(email));
      }
      if (schedule.happens(50)) {
        schedule.waitUpTo(schedule.happens(15) ? 1800 : 60);
      }
    }
  }

  /** A customer opens a checkout session, may pay, and may poll its status. */
  void buy(Email email, CreditPackage pack) {
    var session = open(email, pack);
    if (session.isPresent()) {
      pay(session.get());
      for (var polls = world.random().nextInt(3); polls > 0; polls--) {
        schedule.waitUpTo(5);
        var _ = poll(session.get().id);
      }
    }
  }

  private Optional<Session> open(Email email, CreditPackage pack) {
    var key = new IdempotencyKey("buy " + world.scheduler.path());
    for (var tries = 0; tries < 3; tries++) {
      var opened =
          schedule.call(
              "checkout",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
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

  /** Checks that a customer can open a checkout session with a new idempotency key. */
  void checkCanBuy(Email email) {
    if (open(email, CreditPackage.STARTER).isEmpty()) {
      schedule.report(Violation.LOCKED_OUT, email.value());
    }
  }

  boolean poll(String session) {
    return schedule
        .call(
            "status",
            Schedule.API_TIMEOUT,
            Schedule.GATEWAY_TIMEOUT,
            process -> {
              schedule.service.status(process, session);
              return true;
            })
        .value()
        .isPresent();
  }

  /** Polls a checkout session that was paid long ago, until there is a response. */
  void pollUntilAnswered(String session) {
    for (var tries = 0; tries < 20 && !poll(session); tries++) {
      schedule.waitUpTo(30);
    }
  }

  /** Buys while no webhook event arrives, and may get some of the money back. */
  void buyWithoutEvents(Email email, List<String> sessions) {
    var session = open(email, CreditPackage.STARTER);
    if (session.isPresent() && session.get().status == Status.OPEN) {
      world.stripe.pay(session.get(), 1);
      sessions.add(session.get().id);
      if (schedule.happens(60)) {
        bank.returnMoney(session.get());
      }
    }
  }

  private void pay(Session session) {
    if (session.status != Status.OPEN) {
      return;
    }
    schedule.waitUpTo(30);
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
            schedule.waitUpTo(200);
            if (schedule.happens(75)) {
              world.stripe.settle(session);
              bank.mayReturnMoney(session);
            } else {
              world.stripe.failPayment(session);
            }
          });
    } else {
      world.stripe.pay(session, rate);
      bank.mayReturnMoney(session);
    }
  }

  /** A customer requests pictures, and may repeat the request if there is no response. */
  void requestPictures(Email email) {
    var request = newRequest(email, schedule.may(Hazard.RETRIES, 75));
    if (request.isRepeatable && schedule.happens(20)) {
      schedule.meanwhile("asks", () -> generate(request));
    }
    if (schedule.may(Hazard.QUEUE, 40)) {
      requestAsync(request);
    } else {
      generate(request);
      if (schedule.may(Hazard.DELETIONS, 15)) {
        for (var id : List.copyOf(request.generations)) {
          schedule.act("deletes", () -> delete(request.email, id(id)));
        }
      }
    }
  }

  /** Makes an asynchronous generation request, and polls its result up to three times. */
  void requestAsync(GenerationAttempts request) {
    var key = request.isRepeatable ? new IdempotencyKey(request.prompt) : null;
    for (var tries = 0; tries < 3; tries++) {
      request.attempts++;
      var reply =
          schedule.call(
              "queue",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.queue(process, generationRequest(request), key));
      recordReply(request, reply);
      if (reply.value().isPresent() || !request.isRepeatable) {
        break;
      }
    }
    for (var id : List.copyOf(request.generations)) {
      schedule.act("looks", () -> pollResult(request, id(id)));
    }
  }

  private static GenerationId id(String id) {
    return new GenerationId(UUID.fromString(id));
  }

  private void pollResult(GenerationAttempts request, GenerationId id) {
    for (var looks = world.random().nextInt(4); looks > 0; looks--) {
      schedule.waitUpTo(60);
      if (schedule.may(Hazard.DELETIONS, 25)) {
        schedule.act("deletes", () -> delete(request.email, id));
      }
      recordReply(
          request,
          schedule.call(
              "look",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.getGeneration(process, request.email, id)));
    }
  }

  void delete(Email email, GenerationId id) {
    schedule.deletions.add(id.toString());
    var confirmed =
        schedule.call(
            "delete",
            Schedule.API_TIMEOUT,
            Schedule.GATEWAY_TIMEOUT,
            process -> {
              schedule.service.delete(process, email, id);
              return true;
            });
    if (confirmed.value().isPresent()) {
      schedule.confirmedDeletions.add(id.toString());
    }
  }

  private void balance(Email email) {
    var reply =
        schedule.call(
            "balance",
            Schedule.API_TIMEOUT,
            Schedule.GATEWAY_TIMEOUT,
            process -> schedule.service.balance(process, email));
    reply.value().ifPresent(available -> compare(email, reply, available, "the balance"));
  }

  // Credits that expire soon are not compared, since the process's clock may be off.
  private void compare(Email email, Answer<?> reply, int reported, String what) {
    var real = world.available(email, reply.from(), reply.until());
    if (!real.contains(reported) && !isAboutToExpire(email, reply) && !isErased(email)) {
      schedule.report(
          Violation.BALANCE_MISTOLD,
          "%s of %s was reported as %d, but was %s".formatted(what, email.value(), reported, real));
    }
  }

  private boolean isErased(Email email) {
    return schedule.pseudonyms.containsKey(email);
  }

  private boolean isAboutToExpire(Email email, Answer<?> reply) {
    return schedule.promotions.stream()
        .filter(promotion -> promotion.email.equals(email))
        .anyMatch(
            promotion ->
                promotion.expiresAt.isAfter(reply.from().minus(SKEW))
                    && promotion.expiresAt.isBefore(reply.until().plus(SKEW)));
  }

  private void recordReply(GenerationAttempts request, Answer<Reply> answer) {
    if (answer.value().isEmpty()) {
      world.trace("caller of " + request.prompt + " gets no response");
      return;
    }
    var reply = answer.value().get();
    world.trace("caller of " + request.prompt + " gets " + reply);
    request.requestedAt = answer.until();
    request.replies.add(reply);
    switch (reply) {
      case Reply.Accepted(var id) -> recordGeneration(request, id);
      case Reply.Pictures(var id, _, var remaining) -> {
        if (id != null) {
          recordGeneration(request, id);
        }
        remaining.ifPresent(
            reported ->
                compare(
                    request.email,
                    answer,
                    reported,
                    "the remaining balance after " + request.prompt));
      }
      case Reply.NothingCharged(var id) -> recordGeneration(request, id);
      case Reply.InsufficientCredits(var required, var available) -> {
        var real = world.available(request.email, answer.from(), answer.until());
        if (real.stream().allMatch(credits -> credits >= required)
            && !isAboutToExpire(request.email, answer)
            && !isErased(request.email)) {
          schedule.report(
              Violation.UNJUST_REFUSAL,
              "%s of %d was refused for insufficient credits; reported %d, available %s"
                  .formatted(request.prompt, required, available, real));
        }
      }
      case Reply.InProgress _, Reply.Refused _ -> {}
    }
  }

  private void recordGeneration(GenerationAttempts request, GenerationId id) {
    request.generations.add(id.toString());
    schedule.firstNamedAt.putIfAbsent(id.toString(), world.scheduler.now());
  }

  GenerationAttempts newRequest(Email email, boolean isRepeatable) {
    return newRequest(email, "order " + schedule.requests.size(), isRepeatable);
  }

  private GenerationAttempts newRequest(Email email, String prompt, boolean isRepeatable) {
    var request = new GenerationAttempts(email, prompt, isRepeatable);
    schedule.requests.add(request);
    return request;
  }

  void generate(GenerationAttempts request) {
    var key = request.isRepeatable ? new IdempotencyKey(request.prompt) : null;
    for (var tries = 0; tries < 4; tries++) {
      request.attempts++;
      var reply =
          schedule.call(
              "generate",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.generate(process, generationRequest(request), key));
      recordReply(request, reply);
      var again =
          reply.value().isEmpty()
              || reply.value().get() instanceof Reply.InProgress
              || (reply.value().get() instanceof Reply.NothingCharged && schedule.happens(50));
      if (!request.isRepeatable || !schedule.plan.has(Hazard.RETRIES) || !again) {
        return;
      }
      schedule.waitUpTo(40);
    }
  }

  /** Causes uncharged calls to the model, for less than an hour. */
  void abuse(Email email) {
    buy(email, CreditPackage.PRO);
    schedule.waitUpTo(60);
    for (var turn = 0; turn < 40; turn++) {
      schedule.act("abuses", () -> abuseOnce(email));
    }
  }

  private void abuseOnce(Email email) {
    var isHostile = schedule.happens(50);
    var number = " " + schedule.requests.size();
    var request =
        newRequest(email, (isHostile ? ExternalServices.HOSTILE : "cancelled") + number, false);
    request.attempts++;
    if (isHostile) {
      recordReply(
          request,
          schedule.call(
              "generate",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.generate(process, generationRequest(request), null)));
    } else {
      recordReply(
          request,
          schedule.call(
              "queue",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.queue(process, generationRequest(request), null)));
      schedule.waitUpTo(20);
      request.generations.forEach(id -> delete(email, id(id)));
    }
    schedule.waitUpTo(10);
  }

  private static GenerationRequest generationRequest(GenerationAttempts request) {
    return new GenerationRequest(
        request.email,
        null,
        new Prompt(request.prompt),
        TransformationMode.FULL_TRANSFORMATION,
        PictureOptions.DEFAULT,
        null,
        PHOTO);
  }
}
