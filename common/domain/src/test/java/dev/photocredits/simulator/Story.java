package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.generation.Image;
import dev.photocredits.generation.Prompt;
import dev.photocredits.generation.TransformationMode;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.simulator.Service.Reply;
import dev.photocredits.simulator.SimulatedStripe.Event;
import dev.photocredits.simulator.SimulatedStripe.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * What people, banks, Stripe and the clock do to a service: everybody at once, in an order that
 * chance decides. At the end everything comes to rest, and the accounts are judged.
 */
final class Story {
  private static final Duration API = Duration.ofSeconds(29);
  private static final Duration GATEWAY = Duration.ofSeconds(30);
  private static final Duration SWEEPER = Duration.ofMinutes(5);
  private static final Duration WORKER = Duration.ofSeconds(150);
  private static final Duration VISIBILITY = Duration.ofMinutes(15);
  private static final int RECEIVES = 3;
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});

  /**
   * What may happen.
   *
   * @param duplicates events come more than once, and under new ids
   * @param lost some events never reach the webhook
   * @param delayed some payments arrive later, or never
   * @param moved money is refunded, disputed and reinstated
   * @param crowd everybody wants everything at the same moment
   * @param retries who gets no answer asks again with the same key
   * @param moody the model refuses, and forgets pictures
   * @param slow some do not wait for their pictures; messages come late, twice and to several
   *     workers at once; people change their minds
   * @param gifts somebody of ours gives credits that expire soon
   */
  record Hazards(
      boolean duplicates,
      boolean lost,
      boolean delayed,
      boolean moved,
      boolean crowd,
      boolean retries,
      boolean moody,
      boolean slow,
      boolean gifts) {
    static final Hazards ALL = new Hazards(true, true, true, true, false, true, true, true, true);
    static final Hazards NONE =
        new Hazards(false, false, false, false, false, false, false, false, false);
  }

  /** An order of pictures, and what its callers were told of it. */
  static final class Ordered {
    final Email email;
    final String prompt;
    final boolean isRepeatable;
    int attempts;
    final List<Reply> replies = new ArrayList<>();

    /** Those that its callers know of. */
    final Set<String> generations = new HashSet<>();

    Ordered(Email email, String prompt, boolean isRepeatable) {
      this.email = email;
      this.prompt = prompt;
      this.isRepeatable = isRepeatable;
    }
  }

  /** Credits that somebody gives until then, whether or not they hear that it is done. */
  static final class Gift {
    final Email email;
    final String reason;
    final int credits;
    final Instant expiresAt;
    boolean isConfirmed;

    Gift(Email email, String reason, int credits, Instant expiresAt) {
      this.email = email;
      this.reason = reason;
      this.credits = credits;
      this.expiresAt = expiresAt;
    }
  }

  final World world;
  final List<Gift> gifts = new ArrayList<>();
  final List<Ordered> orders = new ArrayList<>();
  private final Service service;
  private final Hazards hazards;
  private final Set<String> accepted = new HashSet<>();
  private final Set<String> lost = new HashSet<>();

  /** Whose deletion was confirmed. */
  final Set<String> deleted = new HashSet<>();

  private int busy;
  private int processes;

  Story(World world, Service service, Hazards hazards) {
    this.world = world;
    this.service = service;
    this.hazards = hazards;
    world.moody(hazards.moody());
  }

  // Calling the service

  /**
   * What a call of the service answers, unless it throws, dies or takes too long.
   *
   * @param patience after that the caller hears that there is no answer
   */
  <T> Optional<T> call(
      String name, Duration timeout, Duration patience, Function<Invocation, T> body) {
    var skew = world.isCalm() ? Duration.ZERO : world.skew(happens(25) ? 300 : 5);
    var process = new Invocation(name + " " + ++processes, world.scheduler, timeout, skew);
    var answer = new ArrayList<T>();
    var ended = new ArrayList<Boolean>();
    world.scheduler.spawn(
        () -> {
          try {
            answer.add(body.apply(process));
          } catch (Unavailable | LookupUnavailable | PaymentsUnavailable e) {
            world.tell(process.name + " answers 500");
          } catch (Invocation.Died _) {
            world.tell(process.name + " is dead");
          }
          ended.add(true);
        });
    var _ =
        world.scheduler.await(
            () -> !ended.isEmpty() || process.isDead(), world.scheduler.now().plus(patience));
    return answer.stream().findFirst();
  }

  private boolean happens(int percent) {
    return world.chance.nextInt(100) < percent;
  }

  // Coarse, so that many wake up at the same moment and get into each other's way.
  private void waits(int seconds) {
    var steps = hazards.crowd() ? 1 : seconds / 5;
    world.scheduler.sleep(Duration.ofSeconds(5L * world.chance.nextInt(steps + 1)));
  }

  /** Does it while the rest goes on. */
  void meanwhile(Runnable doing) {
    busy++;
    world.scheduler.spawn(
        () -> {
          try {
            doing.run();
          } finally {
            busy--;
          }
        });
  }

  // People

  /** Somebody buys, generates, and comes back, a few times. */
  void person(Email email) {
    if (happens(80)) {
      buys(email, CreditPackage.STARTER);
    }
    if (hazards.gifts() && happens(40)) {
      meanwhile(() -> gives(email));
    }
    for (var wishes = 2 + world.chance.nextInt(3); wishes > 0; wishes--) {
      if (happens(25)) {
        buys(email, happens(50) ? CreditPackage.STARTER : CreditPackage.PRO);
      } else {
        wants(email);
      }
      if (happens(50)) {
        waits(60);
      }
    }
  }

  /** An operator gives credits, until they hear that it is done, or have had enough. */
  void gives(Email email) {
    waits(60);
    var until = world.scheduler.now().plusSeconds(world.chance.nextInt(900));
    var gift = new Gift(email, "gift " + gifts.size(), 1 + world.chance.nextInt(8), until);
    gifts.add(gift);
    for (var tries = 0; tries < 3 && (!gift.isConfirmed || happens(20)); tries++) {
      var done =
          call(
              "give",
              API,
              GATEWAY,
              process -> {
                service.give(process, gift);
                return true;
              });
      gift.isConfirmed |= done.isPresent();
    }
  }

  /** Somebody buys a pack: opens the page, pays there, or does not, and comes back. */
  void buys(Email email, CreditPackage pack) {
    var key = new IdempotencyKey("buy " + processes);
    var opened = Optional.<SessionId>empty();
    for (var tries = 0; tries < 3 && opened.isEmpty(); tries++) {
      opened =
          call("checkout", API, GATEWAY, process -> service.checkout(process, email, pack, key));
      if (!hazards.retries()) {
        break;
      }
    }
    if (opened.isPresent()) {
      var session = Objects.requireNonNull(world.stripe.sessions.get(opened.get()));
      pays(session);
      for (var polls = world.chance.nextInt(3); polls > 0; polls--) {
        waits(5);
        var _ =
            call(
                "status",
                API,
                GATEWAY,
                process -> {
                  service.status(process, session.id);
                  return true;
                });
      }
    }
  }

  private void pays(Session session) {
    if (session.status != Status.OPEN) {
      return;
    }
    waits(30);
    if (hazards.delayed() && happens(30)) {
      world.stripe.payLater(session);
      meanwhile(
          () -> {
            waits(200);
            if (happens(75)) {
              world.stripe.settle(session);
              movesMoney(session);
            } else {
              world.stripe.bounce(session);
            }
          });
    } else if (happens(5)) {
      world.stripe.redeem(session);
    } else {
      world.stripe.pay(session);
      movesMoney(session);
    }
  }

  // Banks and the shop's people: refunds and disputes.
  private void movesMoney(Session session) {
    if (!hazards.moved() || !happens(40)) {
      return;
    }
    meanwhile(
        () -> {
          for (var moves = 1 + world.chance.nextInt(3); moves > 0; moves--) {
            waits(120);
            switch (world.chance.nextInt(3)) {
              case 0 -> world.stripe.refund(session, 1 + world.chance.nextLong(session.charged));
              case 1 -> world.stripe.refund(session, session.charged);
              default -> {
                var dispute = "dp_" + session.withdrawn.size();
                world.stripe.withdraw(session, dispute, session.charged);
                if (happens(60)) {
                  waits(60);
                  world.stripe.reinstate(session, dispute);
                }
              }
            }
          }
        });
  }

  /** Somebody wants pictures; who hears nothing asks again, if they can. */
  void wants(Email email) {
    var order = order(email, hazards.retries() && happens(75));
    if (order.isRepeatable && happens(20)) {
      meanwhile(() -> asks(order));
    }
    if (hazards.slow() && happens(40)) {
      queues(order);
    } else {
      asks(order);
    }
  }

  /** Somebody wants pictures and does not wait; looks for them now and then, or has enough. */
  void queues(Ordered order) {
    var key = order.isRepeatable ? new IdempotencyKey(order.prompt) : null;
    for (var tries = 0; tries < 3; tries++) {
      order.attempts++;
      var reply = call("queue", API, GATEWAY, process -> service.queue(process, order(order), key));
      reply.ifPresent(it -> hears(order, it));
      if (reply.isPresent() || !order.isRepeatable) {
        break;
      }
    }
    for (var id : List.copyOf(order.generations)) {
      looks(order, new GenerationId(UUID.fromString(id)));
    }
  }

  private void looks(Ordered order, GenerationId id) {
    for (var looks = world.chance.nextInt(4); looks > 0; looks--) {
      waits(60);
      if (happens(25)) {
        deletes(order.email, id);
      }
      call("look", API, GATEWAY, process -> service.look(process, order.email, id))
          .ifPresent(reply -> hears(order, reply));
    }
  }

  void deletes(Email email, GenerationId id) {
    var confirmed =
        call(
            "delete",
            API,
            GATEWAY,
            process -> {
              service.delete(process, email, id);
              return true;
            });
    if (confirmed.isPresent()) {
      deleted.add(id.toString());
    }
  }

  private void hears(Ordered order, Reply reply) {
    order.replies.add(reply);
    switch (reply) {
      case Reply.Accepted(var id) -> order.generations.add(id.toString());
      case Reply.Pictures(var id, _) when id != null -> order.generations.add(id.toString());
      case Reply.NothingCharged(var id) -> order.generations.add(id.toString());
      default -> {}
    }
    world.tell("caller of " + order.prompt + " hears " + reply);
  }

  Ordered order(Email email, boolean isRepeatable) {
    var order = new Ordered(email, "order " + orders.size(), isRepeatable);
    orders.add(order);
    return order;
  }

  void asks(Ordered order) {
    var key = order.isRepeatable ? new IdempotencyKey(order.prompt) : null;
    for (var tries = 0; tries < 4; tries++) {
      order.attempts++;
      var reply =
          call("generate", API, GATEWAY, process -> service.generate(process, order(order), key));
      reply.ifPresentOrElse(
          it -> hears(order, it), () -> world.tell("caller of " + order.prompt + " hears nothing"));
      var again =
          reply.isEmpty()
              || reply.get() instanceof Reply.ComeBack
              || (reply.get() instanceof Reply.NothingCharged && happens(50));
      if (!order.isRepeatable || !hazards.retries() || !again) {
        return;
      }
      waits(40);
    }
  }

  private static GenerationOrder order(Ordered order) {
    return new GenerationOrder(
        order.email, new Prompt(order.prompt), TransformationMode.FULL_TRANSFORMATION, PHOTO);
  }

  // The queue

  /** Brings messages to workers, until all is quiet. */
  void worksUntilQuiet() {
    while (busy > 0 || !world.queue.isEmpty()) {
      if (world.queue.isEmpty()) {
        waits(20);
      } else {
        var message = world.queue.remove(world.chance.nextInt(world.queue.size()));
        meanwhile(() -> brings(message));
        waits(10);
      }
    }
  }

  /** Three times at the most, each 15 minutes after the last; some more often. */
  void brings(World.Message message) {
    if (hazards.duplicates() && happens(15)) {
      meanwhile(
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
        .isPresent();
  }

  // Stripe's webhooks and the schedules

  /** Delivers what is not accepted yet, in any order, until all is quiet. */
  void deliversUntilQuiet() {
    while (busy > 0 || !open().isEmpty()) {
      var events = open();
      if (events.isEmpty()) {
        waits(20);
      } else {
        delivers(events.get(world.chance.nextInt(events.size())));
      }
    }
  }

  private List<Event> open() {
    return world.stripe.events.stream()
        .filter(event -> !accepted.contains(event.id()) && !lost.contains(event.id()))
        .toList();
  }

  /** Delivers an event once; it may be delivered again, and told again under another id. */
  void delivers(Event event) {
    if (hazards.lost() && happens(15)) {
      lost.add(event.id());
      world.tell(event.id() + " is lost");
      return;
    }
    if (hazards.duplicates() && happens(15)) {
      meanwhile(
          () -> {
            var _ = posts(event);
          });
    }
    if (posts(event)) {
      accepted.add(event.id());
      if (hazards.duplicates() && event.completed() && happens(15)) {
        world.stripe.tellAgain(event.session());
      }
      if (hazards.duplicates() && happens(10)) {
        accepted.remove(event.id());
      }
    } else {
      waits(10);
    }
  }

  boolean posts(Event event) {
    return call(
            "webhook",
            API,
            GATEWAY,
            process -> {
              service.webhook(process, event);
              return true;
            })
        .isPresent();
  }

  /**
   * Sweeps now and then, sometimes twice at once, and reconciles now and then, until all is quiet.
   */
  void mendsUntilQuiet() {
    while (busy > 0) {
      waits(90);
      if (happens(20)) {
        meanwhile(this::sweeps);
      }
      sweeps();
      if (happens(20)) {
        reconciles();
      }
    }
  }

  void sweeps() {
    var _ =
        call(
            "sweep",
            SWEEPER,
            SWEEPER,
            process -> {
              service.sweep(process);
              return true;
            });
  }

  void reconciles() {
    var _ = call("reconcile", SWEEPER, SWEEPER, service::reconcile);
  }

  /** Everything that was begun comes to its end, without faults: events, leases, what was lost. */
  void comesToRest() {
    world.calm();
    world.scheduler.sleep(Duration.ofMinutes(20));
    deliversUntilQuiet();
    worksUntilQuiet();
    world.scheduler.sleep(Duration.ofMinutes(30));
    sweeps();
    while (call("reconcile", SWEEPER, SWEEPER, service::reconcile).orElseThrow()) {
      world.tell("there is more to reconcile");
    }
  }

  /** All of it at once, and then the end. */
  void runs() {
    world.scheduler.spawn(
        () -> {
          for (var email : world.people) {
            var selves = hazards.crowd() ? 5 : 1 + world.chance.nextInt(2);
            for (var self = 0; self < selves; self++) {
              meanwhile(() -> person(email));
            }
          }
          world.scheduler.spawn(this::mendsUntilQuiet);
          world.scheduler.spawn(this::worksUntilQuiet);
          deliversUntilQuiet();
          comesToRest();
        });
    world.scheduler.run();
  }
}
