package dev.photocredits.simulator.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.AccountBusy;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.dynamodb.OpenedTable;
import dev.photocredits.emulators.Template;
import dev.photocredits.generation.Limits;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Samples;
import dev.photocredits.simulator.dynamodb.Fault;
import dev.photocredits.simulator.dynamodb.Faults;
import dev.photocredits.simulator.dynamodb.ModelledDynamoDb;
import dev.photocredits.simulator.dynamodb.ModelledTable;
import dev.photocredits.simulator.dynamodb.Steps;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * The DynamoDB adapters on a modelled table, with a scheduler: each request is a step and may fail.
 */
final class SteppedTableTest {
  private static final String NAME = "photo-credits";
  private static final int SCHEDULES = Integer.getInteger("photocredits.schedules", 200);
  private static final int SCHEDULES_OF_A_PAIR = 20;
  private static final int CALLERS = 4;
  private static final int CALLS = 6;

  /** An operation on an account. */
  private enum Act {
    GENERATE,
    GIVE,
    EXPIRE,
    SELL,
    REFUND,
    WITHDRAW,
    REINSTATE,
    WIN,
    ADD,
    TAKE
  }

  private static final Template.Table SHAPE = Template.find().table();

  @Test
  void balances_are_the_sums_of_their_transactions_under_faults() {
    for (var seed = 0; seed < SCHEDULES; seed++) {
      try {
        var _ = new Run(seed).items();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void every_two_concurrent_acts_leave_an_account_consistent() {
    for (var first : Act.values()) {
      for (var second : Act.values()) {
        for (var seed = 0; seed < SCHEDULES_OF_A_PAIR; seed++) {
          try {
            new Run(seed).pair(first, second);
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                first + " and " + second + ", seed " + seed + ": " + e.getMessage(), e);
          }
        }
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_run() {
    var once = new Run(42).items();

    assertThat(new Run(42).items()).isEqualTo(once);
  }

  /** A run with four callers that act on two accounts at the same time. */
  private static final class Run {
    private final Scheduler scheduler;
    private final Random random;
    private final Samples samples;
    private final ModelledTable table;
    private final List<Email> users =
        List.of(new Email("ada@example.com"), new Email("eve@example.com"));

    Run(long seed) {
      random = new Random(seed);
      scheduler = new Scheduler(seed);
      samples = new Samples(random, scheduler.now());
      table =
          new ModelledTable(
              NAME, SHAPE, scheduler::now, random, Duration.ofSeconds(5), Duration.ofDays(2));
    }

    String items() {
      scheduler.spawn("begins", this::begin);
      scheduler.run();
      for (var caller = 0; caller < CALLERS; caller++) {
        scheduler.spawn("calls", this::call);
      }
      scheduler.run();
      checkInvariants();
      return table.items().toString();
    }

    /** Runs two concurrent acts on an account with a purchase, and then repeats them. */
    void pair(Act first, Act second) {
      var ada = users.getFirst();
      scheduler.spawn(
          "begins",
          () -> {
            begin();
            act(Act.SELL, open(Faults.NONE), ada, 0);
          });
      scheduler.run();
      for (var act : List.of(first, second)) {
        scheduler.spawn("calls", () -> tryAct(act, faulty(), ada, 0));
      }
      scheduler.run();
      checkInvariants();
      scheduler.spawn(
          "repeats",
          () -> {
            for (var act : List.of(first, second)) {
              act(act, open(Faults.NONE), ada, 0);
            }
          });
      scheduler.run();
      checkInvariants();
    }

    private void checkInvariants() {
      scheduler.spawn("is checked", () -> Invariants.hold(open(Faults.NONE).auditReader(), users));
      scheduler.run();
    }

    private DynamoDb faulty() {
      return open(Faults.random(random, 15, List.of(Fault.values())));
    }

    private DynamoDb open(Faults faults) {
      var client =
          new ModelledDynamoDb(
              table, new ScheduledSteps(scheduler), faults, scheduler::now, random);
      return OpenedTable.on(
          client, NAME, _ -> scheduler.sleep(Duration.ofMillis(random.nextInt(640))));
    }

    private void begin() {
      var ledger = open(Faults.NONE).ledger();
      for (var email : users) {
        assertThat(ledger.create(email, samples.welcome(20), scheduler.now())).isNotNull();
      }
    }

    private void call() {
      var faulty = faulty();
      var acts = Act.values();
      for (var call = 0; call < CALLS; call++) {
        tryAct(
            acts[random.nextInt(acts.length)],
            faulty,
            users.get(random.nextInt(users.size())),
            random.nextInt(8));
      }
    }

    private void tryAct(Act act, DynamoDb faulty, Email email, int sale) {
      try {
        act(act, faulty, email, sale);
      } catch (SdkException | AccountBusy _) {
        // The caller does not know the outcome.
      }
    }

    private void act(Act act, DynamoDb data, Email email, int sale) {
      var ledger = data.ledger();
      var payment = new PaymentIntentId("pi_" + sale);
      var dispute = "dp_" + sale;
      switch (act) {
        case GENERATE -> {
          var pending = samples.order(email, 3);
          var _ = data.generations().start(pending, null, Limits.NONE);
          var end = Samples.succeeded(pending, 2, 1);
          if (data.generations().find(email, pending.id()).isPresent()) {
            var _ = data.generations().finish(pending, end, samples.refund(pending, 1));
          }
        }
        case GIVE -> {
          var _ =
              ledger.promote(email, samples.promotion(2, scheduler.now().plusSeconds(20)), false);
        }
        case EXPIRE -> {
          scheduler.sleep(Duration.ofSeconds(random.nextInt(30)));
          var _ = ledger.expire(email, samples.id(), scheduler.now());
        }
        case SELL -> {
          var purchase = samples.purchase("cs_" + sale, 10);
          var _ = ledger.grant(email, purchase, new Charge(payment, Money.usd(999)));
        }
        case REFUND ->
            reverse(ledger, new RefundTotal(payment, Money.usd(1 + random.nextInt(999))));
        case WITHDRAW -> reverse(ledger, Samples.withdrawn(payment, dispute, 999));
        case REINSTATE ->
            reverse(ledger, Samples.disputed(payment, dispute, 999, 999, 1 + random.nextInt(998)));
        case WIN -> reverse(ledger, Samples.reinstated(payment, dispute, 999));
        case ADD -> adjust(ledger, email, 3);
        case TAKE -> adjust(ledger, email, -4);
      }
    }

    private void reverse(Ledger ledger, PaymentUpdate update) {
      var _ = ledger.reverse(update, samples.id(), scheduler.now());
    }

    private void adjust(Ledger ledger, Email email, int change) {
      var adjustment = Adjustment.of(samples.id(), change, "a mistake", "eve", scheduler.now());
      var _ = ledger.adjust(email, adjustment);
    }
  }

  /** A step of the scheduler for each attempt at a request, and one for each response. */
  private record ScheduledSteps(Scheduler scheduler) implements Steps {
    @Override
    public void before(DynamoDbRequest request) {
      scheduler.pause();
    }

    @Override
    public void after(DynamoDbRequest request) {
      scheduler.pause();
    }

    @Override
    public void sleep(Duration time) {
      scheduler.sleep(time);
    }

    @Override
    public void later(Duration delay, Runnable effect) {
      scheduler.spawn(
          "acts",
          () -> {
            scheduler.sleep(delay);
            effect.run();
          });
    }
  }
}
