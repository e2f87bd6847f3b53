package dev.photocredits.generation;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.somebody;
import static dev.photocredits.ledger.Samples.succeeded;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Sweeper.Swept;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.OtherGenerations;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What nobody finishes is given back, once. */
final class SweeperTest {
  private final Samples samples = new Samples(new Random(7));
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final Email ada = somebody();

  @Test
  void a_generation_whose_lease_ran_out_is_refunded_whole() {
    var order = pending(10, 3);

    assertThat(sweep(afterTheLease())).isEqualTo(new Swept(1, credits(3), List.of(), false));

    assertThat(ledger.find(ada, order.id()).orElseThrow().state())
        .isEqualTo(new Failed(FailureReason.MODEL_TIMEOUT));
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(ledger.statement(ada, 1, null).items().getFirst())
        .isInstanceOfSatisfying(
            Refund.class, refund -> assertThat(refund.credits()).isEqualTo(credits(3)));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_lease_that_runs_is_respected() {
    var _ = pending(10, 3);

    assertThat(sweep(samples.now())).isEqualTo(new Swept(0, credits(0), List.of(), false));

    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(7));
  }

  @Test
  void what_was_finished_meanwhile_is_left_alone() {
    var order = pending(10, 3);
    var behind =
        new OtherGenerations(ledger) {
          @Override
          public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
            var page = ledger.overdue(now, limit, after);
            assertThat(ledger.finish(order, succeeded(order, 3, 0), null)).isNotNull();
            return page;
          }
        };

    var swept = sweeper(behind, afterTheLease()).sweep(100, Instant.MAX);

    assertThat(swept).isEqualTo(new Swept(0, credits(0), List.of(), false));
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(7));
  }

  @Test
  void any_number_of_sweepers_at_once_refund_once() {
    var _ = pending(10, 3);
    var later = afterTheLease();

    var swept = Race.of(8, _ -> sweep(later));

    assertThat(swept).allSatisfy(run -> assertThat(run.failures()).isEmpty());
    assertThat(swept.stream().mapToInt(run -> run.credits().value()).sum()).isEqualTo(3);
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_run_ends_at_its_bound_and_the_next_one_goes_on() {
    var orders = IntStream.range(0, 120).mapToObj(_ -> pending(1, 1)).toList();
    var later = afterTheLease();

    var first = sweeper(ledger, later).sweep(70, Instant.MAX);
    var second = sweeper(ledger, later).sweep(70, Instant.MAX);

    assertThat(first).isEqualTo(new Swept(70, credits(70), List.of(), true));
    assertThat(second).isEqualTo(new Swept(50, credits(50), List.of(), false));
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(orders.size()));
  }

  @Test
  void a_run_ends_at_its_deadline() {
    var _ = pending(10, 3);
    var later = afterTheLease();

    assertThat(sweeper(ledger, later).sweep(100, later))
        .isEqualTo(new Swept(0, credits(0), List.of(), true));
  }

  @Test
  void one_that_cannot_be_ended_does_not_keep_the_others_from_it() {
    var first = pending(10, 3);
    var _ = pending(10, 3);
    var broken =
        new OtherGenerations(ledger) {
          @Override
          public FinishOutcome finish(
              Generation seen, Generation finished, @Nullable Refund refund, Uncharged uncharged) {
            if (finished.id().equals(first.id())) {
              throw new IllegalStateException("busy");
            }
            return ledger.finish(seen, finished, refund, uncharged);
          }
        };

    var swept = sweeper(broken, afterTheLease()).sweep(100, Instant.MAX);
    var next = sweep(afterTheLease());

    assertThat(swept.refunded()).isEqualTo(1);
    assertThat(swept.failures()).hasSize(1);
    assertThat(next).isEqualTo(new Swept(1, credits(3), List.of(), false));
  }

  @Test
  void a_thousand_that_cannot_be_ended_leave_the_others_their_turn() {
    var bad = somebody();
    for (var i = 0; i < 1000; i++) {
      var _ = pending(bad, 1, 1);
    }
    var good = pending(10, 3);
    var broken =
        new OtherGenerations(ledger) {
          @Override
          public Optional<Generation> find(Email email, GenerationId id) {
            if (email.equals(bad)) {
              throw new IllegalStateException("damaged");
            }
            return ledger.find(email, id);
          }
        };
    var sweeper = sweeper(broken, afterTheLease());

    var runs =
        Stream.generate(() -> sweeper.sweep(500, Instant.MAX))
            .limit(20)
            .takeWhile(swept -> swept.refunded() == 0)
            .peek(swept -> assertThat(swept.failures()).hasSize(500))
            .count();

    assertThat(runs).isLessThan(20);
    assertThat(ledger.find(ada, good.id()).orElseThrow().state()).isInstanceOf(Failed.class);
  }

  @Test
  void the_oldest_pending_generation_has_an_age_whether_or_not_its_lease_has_run_out() {
    var first = pending(10, 3);
    var _ = pending(10, 3);
    var later = first.createdAt().plusSeconds(7);

    assertThat(sweeper(ledger, later).oldestPending())
        .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(7).plusMillis(1));
    assertThat(sweep(afterTheLease()).refunded()).isEqualTo(2);
    assertThat(sweeper(ledger, later).oldestPending()).isZero();
  }

  @Test
  void what_a_list_tells_of_somebody_who_was_erased_is_nobodys() {
    var behind =
        new OtherGenerations(ledger) {
          @Override
          public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
            var gone = samples.order(ada, 3);
            return new Page<>(List.of(new Lease(ada, gone.id(), now)), false);
          }
        };

    var swept = sweeper(behind, afterTheLease()).sweep(100, Instant.MAX);

    assertThat(swept).isEqualTo(new Swept(0, credits(0), List.of(), false));
  }

  private Generation pending(int more, int price) {
    return pending(ada, more, price);
  }

  private Generation pending(Email owner, int more, int price) {
    var _ = ledger.create(owner, null, samples.now());
    var _ = ledger.grant(owner, samples.purchase("cs_" + samples.id(), more), null);
    var order = samples.order(owner, price);
    assertThat(ledger.start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new StartOutcome.Started());
    return order;
  }

  private Instant afterTheLease() {
    return samples.now().plus(Duration.ofMinutes(10));
  }

  private Swept sweep(Instant now) {
    return sweeper(ledger, now).sweep(1000, Instant.MAX);
  }

  private Sweeper sweeper(Generations generations, Instant now) {
    return new Sweeper(generations, ids, InstantSource.fixed(now));
  }
}
