package dev.photocredits.dynamodb;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.dynamodb.items.GrantRecordItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.LedgerWalk;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.Mailbox;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.Sha256;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** Runs the ledger's contract on an emulated DynamoDB table. */
final class DynamoDbLedgerTest implements DynamoDbLedgerContract {
  private static final DynamoDb TABLE = TestTable.open();

  @Override
  public DynamoDb table() {
    return TABLE;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void it_answers_like_the_fake_and_keeps_the_invariants_on_random_walks(int walk) {
    var seed = System.nanoTime() + walk;

    new LedgerWalk(seed, ledger(), generations(), auditReader()).walk(250);
  }

  @Test
  void the_record_of_welcome_credits_tells_the_mailbox_to_no_one_without_the_key() {
    var ada = newEmail();
    var key = Keys.welcome(TestDigestKey.KEY, Mailbox.of(ada));

    assertThat(ledger().create(ada, SAMPLES.welcome(3), SAMPLES.now()).email()).isEqualTo(ada);

    var records = Keys.item(key, Keys.WELCOME);
    try (var client = TestTable.client()) {
      assertThat(client.getItem(get -> get.tableName(TestTable.NAME).key(records)).item())
          .isEqualTo(records);
    }
    assertThat(key).doesNotContain(Sha256.hex("welcome " + ada.value()), Sha256.hex(ada.value()));
  }

  @Test
  void nothing_is_refunded_to_a_missing_user_and_the_generation_stays_pending() {
    var ada = newEmail();
    assertThat(ledger().create(ada, SAMPLES.welcome(3), SAMPLES.now()).email()).isEqualTo(ada);
    var pending = SAMPLES.order(ada, 3);
    assertThat(generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());
    delete(Keys.user(ada), Keys.PROFILE);

    assertThatThrownBy(
            () -> generations().finish(pending, failed(pending), SAMPLES.refund(pending, 3)))
        .isInstanceOf(IllegalStateException.class);

    assertThat(generations().find(ada, pending.id())).contains(pending);
    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).hasSize(2);
  }

  @Test
  void a_generation_is_in_the_pending_index_until_it_is_finished() {
    var ada = newEmail();
    assertThat(ledger().create(ada, SAMPLES.welcome(3), SAMPLES.now()).email()).isEqualTo(ada);
    var pending = SAMPLES.order(ada, 3);
    assertThat(generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());
    var before = countInPendingIndex(Keys.user(ada));

    assertThat(generations().finish(pending, failed(pending), SAMPLES.refund(pending, 3)))
        .isNotNull();

    assertThat(before).isEqualTo(1);
    assertThat(countInPendingIndex(Keys.user(ada))).isZero();
  }

  @Test
  void the_grant_record_names_the_purchase() {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var purchase = SAMPLES.purchase("cs_" + ada.value(), 10);

    assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);

    try (var client = TestTable.client()) {
      var item =
          client.getItem(
              r ->
                  r.tableName(TestTable.NAME)
                      .key(Keys.item(Keys.payment(purchase.session()), Keys.PAYMENT)));
      assertThat(GrantRecordItem.SCHEMA.mapToItem(item.item()))
          .isEqualTo(new GrantRecord(purchase.session(), ada, purchase.id(), null, null));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6})
  void credits_spent_between_the_read_of_a_balance_and_a_reversal_become_debt(int spent) {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var payment = new PaymentIntentId("pi_" + ada.value());
    var purchase = SAMPLES.purchase("cs_" + ada.value(), 10);
    assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
        .isInstanceOf(Granted.class);
    spend(ada, spent);
    var interrupted = TestTable.open(new BeforeTheFirstWrite(() -> spend(ada, 3))).ledger();

    var outcome =
        interrupted.reverse(new RefundTotal(payment, Money.usd(999)), SAMPLES.id(), SAMPLES.now());

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(Credits.NONE);
    assertThat(user.debt()).isEqualTo(credits(spent + 3));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  void a_refund_between_the_read_and_the_write_of_another_leaves_room_for_lots() {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var first = new PaymentIntentId("pi_1" + ada.value());
    var second = new PaymentIntentId("pi_2" + ada.value());
    for (var payment : List.of(first, second)) {
      var purchase = SAMPLES.purchase("cs_" + payment.value(), 10);
      assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
          .isInstanceOf(Granted.class);
    }
    spend(ada, 4);
    var promotion = SAMPLES.promotion(5, SAMPLES.now().plusSeconds(3600));
    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());
    var interrupted = TestTable.open(new BeforeTheFirstWrite(() -> refund(first))).ledger();

    var outcome =
        interrupted.reverse(new RefundTotal(second, Money.usd(999)), SAMPLES.id(), SAMPLES.now());

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(1));
    assertThat(user.lots().credits()).isEqualTo(credits(1));
    Invariants.hold(auditReader(), List.of(ada));
  }

  private void refund(PaymentIntentId payment) {
    assertThat(
            ledger().reverse(new RefundTotal(payment, Money.usd(999)), SAMPLES.id(), SAMPLES.now()))
        .isInstanceOf(Reversed.class);
  }

  @Test
  void a_user_is_in_the_index_of_what_is_due_while_they_have_lots() {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var promotion = SAMPLES.promotion(5, SAMPLES.now().plusSeconds(3600));
    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());
    var before = countInPendingIndex(Keys.user(ada));

    spend(ada, 5);

    assertThat(before).isEqualTo(1);
    // The generation is in the index now, and the user is not.
    assertThat(countInPendingIndex(Keys.user(ada))).isEqualTo(1);
    assertThat(ledger().expiring(promotion.lots().earliestExpiry().orElseThrow(), 100_000).items())
        .doesNotContain(ada);
  }

  private void spend(Email email, int credits) {
    if (credits > 0) {
      var pending = SAMPLES.order(email, credits);
      assertThat(generations().start(pending, null, Limits.NONE)).isEqualTo(new Started());
    }
  }

  /** Runs an action after the code under test has read and before its first write. */
  private static final class BeforeTheFirstWrite implements ExecutionInterceptor {
    private final Runnable action;
    private boolean isDone;

    BeforeTheFirstWrite(Runnable action) {
      this.action = action;
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (!isDone && context.request() instanceof TransactWriteItemsRequest) {
        isDone = true;
        action.run();
      }
    }
  }

  private static void delete(String partition, String sort) {
    try (var client = TestTable.client()) {
      client.deleteItem(r -> r.tableName(TestTable.NAME).key(Keys.item(partition, sort)));
    }
  }

  private static long countInPendingIndex(String partition) {
    try (var client = TestTable.client()) {
      return client.scan(r -> r.tableName(TestTable.NAME).indexName("due")).items().stream()
          .filter(item -> AttributeValue.fromS(partition).equals(item.get(Keys.PK)))
          .count();
    }
  }
}
