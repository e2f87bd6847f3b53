package dev.photocredits.dynamodb;

import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.contract.LedgerContract.SAMPLES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** Sixty-four callers use a table that refuses writes as busy, which DynamoDB Local never does. */
final class BusyTableTest {
  private static final int CALLERS = 64;
  private static final int CALLS = 12;

  /** What API Gateway's timeout leaves for one call of the table (docs/architecture.md). */
  private static final Duration DEADLINE = Duration.ofSeconds(25);

  private final DynamoDb calm = TestTable.open();

  @Test
  void no_write_is_lost_and_no_caller_waits_too_long_when_every_third_write_is_refused() {
    var busy = new TableThatRefusesEveryThirdWrite();
    var table = TestTable.open(busy);
    var users = List.of(richUser(), richUser(), richUser(), richUser());
    var times = new ConcurrentLinkedQueue<Duration>();
    var gaveUp = new AtomicInteger();

    var worked =
        Race.of(
            CALLERS,
            caller -> {
              var done = 0;
              var random = new Random(caller);
              for (var call = 0; call < CALLS; call++) {
                done += timed(times, () -> act(table, users, random), gaveUp) ? 1 : 0;
              }
              return done;
            });

    Invariants.hold(calm.auditReader(), users);
    assertThat(worked.stream().mapToInt(n -> n).sum() + gaveUp.get()).isEqualTo(CALLERS * CALLS);
    assertThat(gaveUp.get())
        .as("calls that were refused ten times in a row")
        .isLessThan(CALLERS * CALLS / 100);
    assertThat(busy.attempts()).as("retries are bounded").isLessThan(10 * CALLERS * CALLS);
    var sorted = new ArrayList<>(times);
    sorted.sort(null);
    var p99 = sorted.get(sorted.size() * 99 / 100);
    System.out.printf(
        "%d callers, %d writes, %d attempts, p50 %d ms, p99 %d ms, %d gave up%n",
        CALLERS,
        CALLERS * CALLS,
        busy.attempts(),
        sorted.get(sorted.size() / 2).toMillis(),
        p99.toMillis(),
        gaveUp.get());
    assertThat(p99).isLessThan(DEADLINE);
  }

  private static boolean timed(Queue<Duration> times, Runnable act, AtomicInteger gaveUp) {
    var begun = System.nanoTime();
    try {
      act.run();
      return true;
    } catch (RuntimeException e) {
      gaveUp.incrementAndGet();
      return false;
    } finally {
      times.add(Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  // Generations that start and end, purchases and their refunds, all on the same few accounts.
  private static void act(DynamoDb table, List<Email> users, Random random) {
    var email = users.get(random.nextInt(users.size()));
    switch (random.nextInt(3)) {
      case 0 -> {
        var pending = SAMPLES.order(email, 3);
        if (table.generations().start(pending, null, Limits.NONE) instanceof Started) {
          var end = Samples.succeeded(pending, 2, 1);
          assertThat(table.generations().finish(pending, end, SAMPLES.refund(pending, 1)))
              .isNotNull();
        }
      }
      case 1 -> {
        var id = "busy" + SAMPLES.id();
        var charge = new Charge(new PaymentIntentId("pi_" + id), Money.usd(999));
        assertThat(table.ledger().grant(email, SAMPLES.purchase("cs_" + id, 10), charge))
            .isInstanceOf(Granted.class);
      }
      default -> {
        var id = "busy" + SAMPLES.id();
        var payment = new PaymentIntentId("pi_" + id);
        assertThat(
                table
                    .ledger()
                    .grant(
                        email,
                        SAMPLES.purchase("cs_" + id, 10),
                        new Charge(payment, Money.usd(999))))
            .isInstanceOf(Granted.class);
        assertThat(
                table
                    .ledger()
                    .reverse(new RefundTotal(payment, Money.usd(500)), SAMPLES.id(), SAMPLES.now()))
            .isNotNull();
      }
    }
  }

  private Email richUser() {
    return calm.ledger().create(newEmail(), SAMPLES.welcome(50), SAMPLES.now()).email();
  }

  /** Refuses one in three writes with TransactionConflict or throttling, before it is made. */
  private static final class TableThatRefusesEveryThirdWrite implements ExecutionInterceptor {
    private final AtomicInteger attempts = new AtomicInteger();

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      var write =
          context.request() instanceof TransactWriteItemsRequest
              || context.request() instanceof UpdateItemRequest;
      if (write) {
        attempts.incrementAndGet();
        switch (ThreadLocalRandom.current().nextInt(6)) {
          case 0 -> throw UncertainTableTest.conflict();
          case 1 -> throw UncertainTableTest.throttled();
          default -> {}
        }
      }
    }

    int attempts() {
      return attempts.get();
    }
  }
}
