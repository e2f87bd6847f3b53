package dev.photocredits.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Accounts;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.LookupThatFails;
import dev.photocredits.simulator.execution.Deployment;
import dev.photocredits.simulator.service.OurService;
import dev.photocredits.simulator.stripe.SimulatedStripe.CardPayment;
import dev.photocredits.simulator.stripe.SimulatedStripe.Event;
import dev.photocredits.stripe.WebhookResult;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The final state does not depend on the order, number and timing of a payment's events. */
final class ConfluenceTest {

  /** The final state of an account. */
  record End(int credits, int debt) {}

  @Test
  void every_order_of_the_events_leads_to_the_same_state() {
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
    // The payment was refunded in full, and the dispute won; three credits were spent before.
    assertThat(end.credits() - end.debt()).isEqualTo(30 - 10 - 3);
  }

  @Test
  void concurrent_events_repeated_up_to_three_times_lead_to_the_same_state() {
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
  void credits_spent_before_become_debt_in_every_order() {
    var orders = permutations(7);

    for (var i = 0; i < orders.size(); i += 7) {
      var end = spent(orders.get(i));

      assertThat(end.debt()).as("%s", orders.get(i)).isEqualTo(9);
      assertThat(end.credits()).isZero();
    }
  }

  @Test
  void every_order_of_a_failed_refund_and_a_partial_dispute_matches_the_card() {
    for (var order : permutations(6)) {
      var world = world(1);
      var ada = world.users.getFirst();
      grantCredits(world, ada, 20);
      var payment = settled(world, ada);
      world.stripe.update(world.stripe.refund(payment, 300, "usd", "pending"), "failed");
      var dispute = world.stripe.dispute(payment, 999, "usd");
      world.stripe.withdraw(dispute, 999);
      world.stripe.reinstate(dispute, 400, "lost", 1);
      var events = world.stripe.events.subList(1, 7);

      handle(world, order.stream().map(events::get).toList());

      var worth = Oracle.worth(payment.session);
      assertThat(worth).isEqualTo(5);
      assertThat(end(world)).as("%s", order).isEqualTo(new End(20 + worth, 0));
    }
  }

  private static List<Integer> repeated(List<Integer> order, int times) {
    return order.stream().flatMap(event -> Collections.nCopies(times, event).stream()).toList();
  }

  // The customer has 20 other credits, and has spent three before the events of the payment arrive.
  private static End end(List<Integer> delivered, boolean atOnce, long seed) {
    var world = world(seed);
    var ada = world.users.getFirst();
    grantCredits(world, ada, 20);
    spend(world, ada, 3);
    var events = events(world, ada);
    if (atOnce) {
      var schedule = new Schedule(world, new OurService(world));
      delivered.forEach(
          event ->
              schedule.meanwhile(
                  "posts", () -> assertThat(schedule.post(events.get(event))).isTrue()));
      world.scheduler.run();
    } else {
      handle(world, delivered.stream().map(events::get).toList());
    }
    world.check();
    return end(world);
  }

  /** The same for a customer without other credits, who has spent nine of the ten credits. */
  private static End spent(List<Integer> order) {
    var world = world(1);
    var ada = world.users.getFirst();
    var events = events(world, ada);
    handle(world, List.of(events.get(1)));
    spend(world, ada, 9);
    handle(world, order.stream().map(events::get).toList());
    world.check();
    return end(world);
  }

  private static World world(long seed) {
    return new World(Plan.alone(seed, Hazard.NONE, List.of()), new Coverage(), null);
  }

  private static void handle(World world, List<Event> events) {
    var ids = new TimeOrderedIds(new Random(1));
    var accounts = new Accounts(world.ledger, Credits.NONE, ids, world.scheduler::now);
    var fulfilment =
        new Fulfilment(
            accounts, world.ledger, world.ledger, new LookupThatFails(), ids, world.scheduler::now);
    events.forEach(event -> OurService.handle(read(world, event), fulfilment, world));
  }

  private static WebhookResult read(World world, Event event) {
    var body = event.body().toString();
    var signature = Schedule.signature(body, world.scheduler.now());
    return OurService.webhook(world.scheduler::now)
        .read(body.getBytes(UTF_8), Optional.of(signature));
  }

  private static void grantCredits(World world, Email email, int credits) {
    var samples = new Samples(new Random(2));
    assertThat(world.ledger.create(email, samples.welcome(credits), samples.now())).isNotNull();
  }

  private static void spend(World world, Email email, int credits) {
    var pending = new Samples(new Random(3)).order(email, credits);
    assertThat(world.ledger.start(pending, null, Limits.NONE)).isEqualTo(new Started());
  }

  private static End end(World world) {
    var user = world.ledger.find(world.users.getFirst()).orElseThrow();
    return new End(user.credits().value(), user.debt().value());
  }

  /** The events of a delayed payment, repeated, then refunded in two parts, disputed and won. */
  private static List<Event> events(World world, Email email) {
    var stripe = world.stripe;
    var payment = settled(world, email);
    stripe.emitAgain(payment.session);
    var _ = stripe.refund(payment, 300, "usd", "succeeded");
    var _ = stripe.refund(payment, 699, "usd", "succeeded");
    var dispute = stripe.dispute(payment, 999, "usd");
    stripe.withdraw(dispute, 999);
    stripe.reinstate(dispute, 999, "won", 1);
    return stripe.events.stream().filter(event -> !event.type().startsWith("refund.")).toList();
  }

  private static CardPayment settled(World world, Email email) {
    var pack = Objects.requireNonNull(Deployment.CATALOGUE.get("starter"));
    var metadata = Map.of("user_email", email.value(), "package", "starter");
    var session = world.stripe.open("cus_1", metadata, metadata, null, pack, 999);
    world.stripe.payLater(session, 1);
    world.stripe.settle(session);
    return Objects.requireNonNull(session.payment);
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
