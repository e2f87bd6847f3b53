package dev.photocredits.dynamodb;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.succeeded;
import static dev.photocredits.ledger.contract.LedgerContract.SAMPLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.AccountBusy;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** The ledger when DynamoDB is busy, or when its reply is lost. */
final class UncertainTableTest {
  private final DynamoDb calm = TestTable.open();

  @Test
  void a_write_that_lost_a_conflict_is_retried() {
    var busy = new TableThatIsBusy(3, UncertainTableTest::conflict);
    var table = TestTable.open(busy);
    var ada = user(calm, 10);

    var outcome = table.ledger().grant(ada, SAMPLES.purchase("cs_busy" + ada.value(), 10), null);

    assertThat(outcome).isInstanceOf(Granted.class);
    assertThat(busy.refused()).isEqualTo(3);
    assertThat(balance(ada)).isEqualTo(credits(20));
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  @Test
  void a_write_that_was_throttled_is_retried() {
    var busy = new TableThatIsBusy(3, UncertainTableTest::throttled);
    var table = TestTable.open(busy);
    var ada = user(calm, 10);
    var pending = SAMPLES.order(ada, 3);

    assertThat(table.generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(credits(7));
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  @Test
  void a_write_that_loses_every_conflict_fails_and_writes_nothing() {
    var busy = new TableThatIsBusy(Integer.MAX_VALUE, UncertainTableTest::conflict);
    var table = TestTable.open(busy);
    var ada = user(calm, 10);

    assertThatThrownBy(
            () -> table.ledger().grant(ada, SAMPLES.purchase("cs_lost" + ada.value(), 10), null))
        .isInstanceOf(AccountBusy.class);

    assertThat(busy.refused()).isEqualTo(10);
    assertThat(balance(ada)).isEqualTo(credits(10));
  }

  @Test
  void a_generation_whose_reply_was_lost_is_charged_once() {
    var table = losing(1);
    var ada = user(calm, 10);
    var pending = SAMPLES.order(ada, 3);

    assertThat(table.generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(credits(7));
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  @Test
  void a_purchase_whose_reply_was_lost_is_granted_once() {
    var table = losing(1);
    var ada = user(calm, 0);

    var outcome = table.ledger().grant(ada, SAMPLES.purchase("cs_reply" + ada.value(), 10), null);

    assertThat(outcome).isInstanceOf(Granted.class);
    assertThat(balance(ada)).isEqualTo(credits(10));
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  @Test
  void an_end_without_refund_whose_reply_was_lost_is_recognized_as_ours() {
    var table = losing(1);
    var ada = user(calm, 10);
    var pending = SAMPLES.order(ada, 3);
    assertThat(calm.generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());

    assertThat(table.generations().finish(pending, succeeded(pending, 3, 0), null))
        .isEqualTo(new Finished());

    assertThat(calm.generations().find(ada, pending.id())).contains(succeeded(pending, 3, 0));
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  @Test
  void a_refund_whose_reply_was_lost_is_made_once() {
    var table = losing(1);
    var ada = user(calm, 10);
    var pending = SAMPLES.order(ada, 3);
    assertThat(calm.generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());

    assertThat(table.generations().finish(pending, failed(pending), SAMPLES.refund(pending, 3)))
        .isEqualTo(new Finished());

    assertThat(balance(ada)).isEqualTo(credits(10));
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  @Test
  void calls_of_the_model_are_counted_once_if_the_reply_was_lost() {
    var ada = user(calm, 10);
    var limits = Limits.NONE.with(Limit.DAILY, 1_000_000);
    var pending = SAMPLES.order(ada, 3);
    var at = pending.createdAt();
    assertThat(losing(1).generations().start(pending, null, limits)).isEqualTo(new Started());
    var begun = share(ada, at);

    var asked =
        losing(1)
            .generations()
            .countModelCalls(pending, UUID.randomUUID(), 3, limits, at)
            .orElseThrow();
    var both = share(ada, at);
    var refund = SAMPLES.refund(pending, 3);
    var ended =
        losing(1)
            .generations()
            .finish(asked, failed(pending), refund, new UnchargedCalls(0, 1, at));

    assertThat(begun).isEqualTo(3);
    // The generation has reserved nothing, so its three calls count as well.
    assertThat(both).isEqualTo(6);
    assertThat(ended).isEqualTo(new Finished());
    assertThat(share(ada, at)).isEqualTo(5);
  }

  @Test
  void a_wait_whose_reply_was_lost_counts_once_and_ends() {
    var ada = user(calm, 0);
    var now = SAMPLES.now();
    var limits = Limits.NONE.with(Limit.WAITING, 1);
    var wait = new WaitSlot(ada, UUID.randomUUID(), now.plusSeconds(25));

    assertThat(losing(1).generations().startWaiting(wait, limits, now)).isTrue();
    losing(1).generations().stopWaiting(wait);

    var next = new WaitSlot(ada, UUID.randomUUID(), now.plusSeconds(25));
    assertThat(calm.generations().startWaiting(next, limits, now)).isTrue();
  }

  private static int share(Email owner, Instant at) {
    var key = Keys.item(Keys.user(owner), Keys.counter(Limit.SHARE, Limit.SHARE.window(at)));
    var item = TestTable.client().getItem(get -> get.tableName(TestTable.NAME).key(key)).item();
    return new Fields(item).integer("used");
  }

  @Test
  void credits_that_expire_are_granted_held_released_and_removed_once_if_replies_are_lost() {
    var ada = user(calm, 1);
    var promotion = SAMPLES.promotion(4, SAMPLES.now().plusSeconds(3600));
    var pending = SAMPLES.order(ada, 3);
    var over = promotion.lots().earliestExpiry().orElseThrow();
    var adjustment = Adjustment.of(SAMPLES.id(), -2, "a mistake", "eve", SAMPLES.now());

    assertThat(losing(1).ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());
    // The first write of each is refused, because it assumes that there are no lots.
    assertThat(losing(2).generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());
    assertThat(losing(2).generations().finish(pending, failed(pending), SAMPLES.refund(pending, 3)))
        .isEqualTo(new Finished());
    assertThat(losing(1).ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());
    assertThat(losing(1).ledger().expire(ada, SAMPLES.id(), over)).isEqualTo(credits(3));

    assertThat(balance(ada)).isEqualTo(credits(0));
    assertThat(calm.ledger().statement(ada, 10, null).items()).hasSize(6);
    Invariants.hold(calm.auditReader(), List.of(ada));
  }

  private static DynamoDb losing(int reply) {
    return TestTable.open(new TableThatLosesAReply(reply));
  }

  private static Email user(DynamoDb table, int credits) {
    var email = newEmail();
    var welcome = credits == 0 ? null : SAMPLES.welcome(credits);
    return table.ledger().create(email, welcome, SAMPLES.now()).email();
  }

  private Credits balance(Email email) {
    return calm.ledger().find(email).orElseThrow().credits();
  }

  static DynamoDbException conflict() {
    return TransactionCanceledException.builder()
        .cancellationReasons(
            CancellationReason.builder().code("None").build(),
            CancellationReason.builder().code("TransactionConflict").build(),
            CancellationReason.builder().code("None").build())
        .awsErrorDetails(
            AwsErrorDetails.builder().errorCode("TransactionCanceledException").build())
        .statusCode(400)
        .build();
  }

  static DynamoDbException throttled() {
    return (DynamoDbException)
        DynamoDbException.builder()
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode("ProvisionedThroughputExceededException")
                    .build())
            .statusCode(400)
            .build();
  }

  /** Refuses the first writes, up to a number, before they reach the table. */
  private static final class TableThatIsBusy implements ExecutionInterceptor {
    private final int times;
    private final Supplier<DynamoDbException> refusal;
    private final AtomicInteger writes = new AtomicInteger();

    TableThatIsBusy(int times, Supplier<DynamoDbException> refusal) {
      this.times = times;
      this.refusal = refusal;
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (context.request() instanceof TransactWriteItemsRequest
          && writes.incrementAndGet() <= times) {
        throw refusal.get();
      }
    }

    int refused() {
      return Math.min(writes.get(), times);
    }
  }

  /** Applies a write and drops its reply, so that the SDK retries it. */
  private static final class TableThatLosesAReply implements ExecutionInterceptor {
    private final int which;
    private final AtomicInteger replies = new AtomicInteger();

    TableThatLosesAReply(int which) {
      this.which = which;
    }

    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes executionAttributes) {
      var write =
          context.request() instanceof TransactWriteItemsRequest
              || context.request() instanceof UpdateItemRequest;
      if (write && replies.incrementAndGet() == which) {
        throw ApiCallAttemptTimeoutException.create(1);
      }
    }
  }
}
