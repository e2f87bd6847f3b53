package dev.photocredits.generation;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Sweeper.Swept;
import dev.photocredits.ledger.DelegatingGenerations;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import dev.photocredits.values.TimeOrderedIds;
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

/** Tests that abandoned generations are refunded, once. */
final class SweeperTest {
  private final Samples samples = new Samples(new Random(7));
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final Email ada = newEmail();

  @Test
  void a_generation_whose_lease_has_expired_is_refunded_in_full() {
    var generation = pending(10, 3);

    assertThat(sweep(afterTheLease())).isEqualTo(new Swept(1, credits(3), List.of(), false));

    assertThat(ledger.find(ada, generation.id()).orElseThrow().state())
        .isEqualTo(new Failed(FailureReason.MODEL_TIMEOUT));
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(ledger.statement(ada, 1, null).items().getFirst())
        .isInstanceOfSatisfying(
            Refund.class, refund -> assertThat(refund.credits()).isEqualTo(credits(3)));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_generation_whose_lease_is_valid_is_left_alone() {
    var _ = pending(10, 3);

    assertThat(sweep(samples.now())).isEqualTo(new Swept(0, credits(0), List.of(), false));

    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(7));
  }

  @Test
  void a_generation_finished_meanwhile_is_left_alone() {
    var generation = pending(10, 3);
    var stale =
        new DelegatingGenerations(ledger) {
          @Override
          public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
            var page = ledger.overdue(now, limit, after);
            assertThat(ledger.finish(generation, succeeded(generation, 3, 0), null)).isNotNull();
            return page;
          }
        };

    var swept = sweeper(stale, afterTheLease()).sweep(100, Instant.MAX);

    assertThat(swept).isEqualTo(new Swept(0, credits(0), List.of(), false));
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(7));
  }

  @Test
  void concurrent_sweepers_refund_once() {
    var _ = pending(10, 3);
    var later = afterTheLease();

    var swept = Race.of(8, _ -> sweep(later));

    assertThat(swept).allSatisfy(run -> assertThat(run.failures()).isEmpty());
    assertThat(swept.stream().mapToInt(run -> run.credits().value()).sum()).isEqualTo(3);
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_run_stops_at_its_limit_and_the_next_run_continues() {
    var generations = IntStream.range(0, 120).mapToObj(_ -> pending(1, 1)).toList();
    var later = afterTheLease();

    var first = sweeper(ledger, later).sweep(70, Instant.MAX);
    var second = sweeper(ledger, later).sweep(70, Instant.MAX);

    assertThat(first).isEqualTo(new Swept(70, credits(70), List.of(), true));
    assertThat(second).isEqualTo(new Swept(50, credits(50), List.of(), false));
    assertThat(ledger.find(ada).orElseThrow().credits()).isEqualTo(credits(generations.size()));
  }

  @Test
  void a_run_stops_at_its_deadline() {
    var _ = pending(10, 3);
    var later = afterTheLease();

    assertThat(sweeper(ledger, later).sweep(100, later))
        .isEqualTo(new Swept(0, credits(0), List.of(), true));
  }

  @Test
  void a_generation_that_cannot_be_finished_does_not_block_the_others() {
    var first = pending(10, 3);
    var _ = pending(10, 3);
    var broken =
        new DelegatingGenerations(ledger) {
          @Override
          public FinishOutcome finish(
              Generation seen,
              Generation finished,
              @Nullable Refund refund,
              UnchargedCalls uncharged) {
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
  void a_thousand_generations_that_cannot_be_finished_do_not_starve_the_others() {
    var bad = newEmail();
    for (var i = 0; i < 1000; i++) {
      var _ = pending(bad, 1, 1);
    }
    var good = pending(10, 3);
    var broken =
        new DelegatingGenerations(ledger) {
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
  void the_age_of_the_oldest_pending_generation_does_not_depend_on_its_lease() {
    var first = pending(10, 3);
    var _ = pending(10, 3);
    var later = first.createdAt().plusSeconds(7);

    assertThat(sweeper(ledger, later).oldestPending())
        .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(7).plusMillis(1));
    assertThat(sweep(afterTheLease()).refunded()).isEqualTo(2);
    assertThat(sweeper(ledger, later).oldestPending()).isZero();
  }

  @Test
  void a_listed_generation_of_an_erased_user_is_skipped() {
    var stale =
        new DelegatingGenerations(ledger) {
          @Override
          public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
            var erased = samples.order(ada, 3);
            return new Page<>(List.of(new Lease(ada, erased.id(), now)), false);
          }
        };

    var swept = sweeper(stale, afterTheLease()).sweep(100, Instant.MAX);

    assertThat(swept).isEqualTo(new Swept(0, credits(0), List.of(), false));
  }

  private Generation pending(int more, int price) {
    return pending(ada, more, price);
  }

  private Generation pending(Email owner, int more, int price) {
    var _ = ledger.create(owner, null, samples.now());
    var _ = ledger.grant(owner, samples.purchase("cs_" + samples.id(), more), null);
    var generation = samples.order(owner, price);
    assertThat(ledger.start(generation, null, Limits.NONE)).isEqualTo(new StartOutcome.Started());
    return generation;
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
