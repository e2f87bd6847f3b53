package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.LookupThatFails;
import dev.photocredits.payments.PaymentNews;
import dev.photocredits.simulator.SimulatedStripe.Event;
import dev.photocredits.simulator.SimulatedStripe.Session;
import dev.photocredits.simulator.Story.Hazards;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever the order, number and timing of what Stripe tells of a payment, the end is the same. */
final class ConfluenceTest {

  /**
   * Where an account stands at the end.
   *
   * @param payment what is known of the payment, but for how often that changed
   */
  record End(int credits, int debt, Payment payment) {}

  @Test
  void every_order_of_what_stripe_tells_comes_to_the_same_end() {
    var ends = new HashSet<End>();
    var orders = permutations(7);

    for (var times = 1; times <= 3; times++) {
      for (var order : orders) {
        ends.add(end(repeated(order, times), false, 1));
      }
    }

    assertThat(orders).hasSize(5040);
    assertThat(ends).hasSize(1);
    var end = ends.iterator().next();
    // All was refunded, and the dispute came to nothing; three credits were spent before.
    assertThat(end.credits() - end.debt()).isEqualTo(30 - 10 - 3);
    assertThat(end.payment().reversed().value()).isEqualTo(10);
  }

  @Test
  void told_at_once_and_up_to_three_times_each_it_comes_to_the_same_end() {
    var ends = new HashSet<End>();
    var random = new Random(7);

    for (var seed = 0; seed < 2_000; seed++) {
      var all = new ArrayList<Integer>();
      for (var event = 0; event < 7; event++) {
        all.addAll(Collections.nCopies(1 + random.nextInt(3), event));
      }
      Collections.shuffle(all, random);
      ends.add(end(all, true, seed));
    }

    assertThat(ends).hasSize(1);
  }

  @Test
  void credits_that_were_spent_before_are_owed_in_every_order() {
    var orders = permutations(7);

    for (var i = 0; i < orders.size(); i += 7) {
      var end = spent(orders.get(i));

      assertThat(end.debt()).as("%s", orders.get(i)).isEqualTo(9);
      assertThat(end.credits()).isZero();
    }
  }

  private static List<Integer> repeated(List<Integer> order, int times) {
    return order.stream().flatMap(event -> Collections.nCopies(times, event).stream()).toList();
  }

  // Somebody who bought twice has spent three credits, when all is told of the first payment.
  private static End end(List<Integer> told, boolean atOnce, long seed) {
    var world = new World(seed, 1, new Coverage(), null);
    var ada = world.people.getFirst();
    has(world, ada, 20);
    spends(world, ada, 3);
    var session = world.stripe.open(ada, CreditPackage.STARTER, new UUID(9, 9));
    var events = events(world, session);
    if (atOnce) {
      var story = new Story(world, new OurService(world), Hazards.NONE);
      told.forEach(
          event -> story.meanwhile(() -> assertThat(story.posts(events.get(event))).isTrue()));
      world.scheduler.run();
    } else {
      tells(world, told.stream().map(events::get).toList());
    }
    world.check();
    return end(world, session.payment);
  }

  /**
   * The same for somebody who has nothing else, and has spent nine of the ten that were granted.
   */
  private static End spent(List<Integer> order) {
    var world = new World(1, 1, new Coverage(), null);
    var ada = world.people.getFirst();
    var session = world.stripe.open(ada, CreditPackage.STARTER, new UUID(9, 9));
    var events = events(world, session);
    tells(world, List.of(events.get(1)));
    spends(world, ada, 9);
    tells(world, order.stream().map(events::get).toList());
    world.check();
    return end(world, session.payment);
  }

  private static void tells(World world, List<Event> events) {
    var ids = new TimeOrderedIds(new Random(1));
    var accounts = new Accounts(world.ledger, Credits.NONE, ids, world.scheduler::now);
    var fulfilment =
        new Fulfilment(accounts, world.ledger, new LookupThatFails(), ids, world.scheduler::now);
    for (var event : events) {
      switch (event.news()) {
        case PaymentNews.Paid(var session) -> assertThat(fulfilment.fulfil(session)).isNotNull();
        case PaymentNews.Moved(var money) -> assertThat(fulfilment.reverse(money)).isNotNull();
        case PaymentNews.DisputeChanged _, PaymentNews.Nothing _, PaymentNews.Unusable _ -> {}
      }
    }
  }

  private static void has(World world, Email email, int credits) {
    var samples = new Samples(new Random(2));
    assertThat(world.ledger.create(email, samples.welcome(credits), samples.now())).isNotNull();
  }

  private static void spends(World world, Email email, int credits) {
    var order = new Samples(new Random(3)).order(email, credits);
    assertThat(world.ledger.start(order, Samples.usage(order), null, Limits.NONE))
        .isEqualTo(new Started());
  }

  private static End end(World world, PaymentIntentId payment) {
    var user = world.ledger.find(world.people.getFirst()).orElseThrow();
    var known = world.ledger.payment(payment);
    return new End(
        user.credits().value(),
        user.debt().value(),
        new Payment(
            known.id(),
            known.grant(),
            known.refunded(),
            known.refunds(),
            known.disputes(),
            known.reversed(),
            0));
  }

  /** Completed unpaid, paid later, told again, refunded in part and in full, disputed, won. */
  private static List<Event> events(World world, Session session) {
    var before = world.stripe.events.size();
    world.stripe.payLater(session);
    world.stripe.settle(session);
    world.stripe.tellAgain(session);
    world.stripe.refund(session, 300);
    world.stripe.refund(session, 699);
    world.stripe.withdraw(session, "dp_1", 999);
    world.stripe.reinstate(session, "dp_1");
    return List.copyOf(world.stripe.events.subList(before, before + 7));
  }

  private static List<List<Integer>> permutations(int size) {
    if (size == 0) {
      return List.of(List.of());
    }
    return permutations(size - 1).stream()
        .flatMap(
            shorter ->
                Stream.iterate(0, at -> at <= shorter.size(), at -> at + 1)
                    .map(
                        at -> {
                          var longer = new ArrayList<>(shorter);
                          longer.add(at, size - 1);
                          return List.copyOf(longer);
                        }))
        .toList();
  }
}
