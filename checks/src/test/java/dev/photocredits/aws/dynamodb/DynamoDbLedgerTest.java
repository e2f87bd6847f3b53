package dev.photocredits.aws.dynamodb;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.somebody;
import static dev.photocredits.ledger.Samples.usage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.Books;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.LedgerContract;
import dev.photocredits.ledger.LedgerWalk;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** The ledger's rules on DynamoDB. */
final class DynamoDbLedgerTest implements LedgerContract {
  private static final DynamoDb TABLE = TestTable.open();

  @Override
  public Ledger ledger() {
    return TABLE.ledger();
  }

  @Override
  public Books books() {
    return TABLE.books();
  }

  @Override
  public Claims claims() {
    return TABLE.claims();
  }

  @Override
  public Generations generations() {
    return TABLE.generations();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void answers_like_the_fake_and_keeps_the_invariants_on_random_walks(int walk) {
    var seed = System.nanoTime() + walk;

    new LedgerWalk(seed, ledger(), generations(), books()).walk(250);
  }

  @Test
  void an_address_that_was_welcomed_before_there_were_mailboxes_is_not_welcomed_again()
      throws NoSuchAlgorithmException {
    var ada = new Email(somebody().value().replace("@", "+photos@"));
    var digest =
        MessageDigest.getInstance("SHA-256").digest(("welcome " + ada.value()).getBytes(UTF_8));
    try (var client = TestTable.client()) {
      var mark = Keys.item("WELCOME#" + HexFormat.of().formatHex(digest), "WELCOME");
      client.putItem(r -> r.tableName(TestTable.NAME).item(mark));
    }

    var user = ledger().create(ada, SAMPLES.welcome(3), SAMPLES.now());

    assertThat(user.credits()).isEqualTo(Credits.NONE);
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  void nothing_is_given_back_to_a_user_who_vanished_and_the_generation_stays_pending() {
    var ada = somebody();
    assertThat(ledger().create(ada, SAMPLES.welcome(3), SAMPLES.now()).email()).isEqualTo(ada);
    var order = SAMPLES.order(ada, 3);
    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new Started());
    delete(Keys.user(ada), Keys.PROFILE);

    assertThatThrownBy(() -> generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isInstanceOf(IllegalStateException.class);

    assertThat(generations().find(ada, order.id())).contains(order);
    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).hasSize(2);
  }

  @Test
  void a_generation_is_in_the_index_of_the_pending_ones_until_it_is_finished() {
    var ada = somebody();
    assertThat(ledger().create(ada, SAMPLES.welcome(3), SAMPLES.now()).email()).isEqualTo(ada);
    var order = SAMPLES.order(ada, 3);
    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new Started());
    var before = pending(Keys.user(ada));

    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3))).isNotNull();

    assertThat(before).isEqualTo(1);
    assertThat(pending(Keys.user(ada))).isZero();
  }

  @Test
  void a_payment_leads_to_its_entry() {
    var ada = somebody();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var purchase = SAMPLES.purchase("cs_" + ada.value(), 10);

    assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);

    try (var client = TestTable.client()) {
      var item =
          client.getItem(
              r ->
                  r.tableName(TestTable.NAME)
                      .key(Keys.item(Keys.payment(purchase.session()), Keys.PAYMENT)));
      assertThat(Schemas.MARK.mapToItem(item.item()))
          .isEqualTo(new SessionMark(purchase.session(), ada, purchase.id(), null, null));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6})
  void what_is_spent_between_the_look_at_a_balance_and_its_reversal_is_owed(int spent) {
    var ada = somebody();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var payment = new PaymentIntentId("pi_" + ada.value());
    var purchase = SAMPLES.purchase("cs_" + ada.value(), 10);
    assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
        .isInstanceOf(Granted.class);
    spend(ada, spent);
    var meanwhile = TestTable.open(new BeforeTheFirstWrite(() -> spend(ada, 3))).ledger();

    var outcome =
        meanwhile.reverse(new Refunded(payment, Money.usd(999)), SAMPLES.id(), SAMPLES.now());

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(Credits.NONE);
    assertThat(user.debt()).isEqualTo(credits(spent + 3));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  void two_payments_that_go_back_between_a_look_and_a_write_leave_room_for_what_expires() {
    var ada = somebody();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var first = new PaymentIntentId("pi_1" + ada.value());
    var second = new PaymentIntentId("pi_2" + ada.value());
    for (var payment : List.of(first, second)) {
      var purchase = SAMPLES.purchase("cs_" + payment.value(), 10);
      assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
          .isInstanceOf(Granted.class);
    }
    spend(ada, 4);
    var gift = SAMPLES.gift(5, SAMPLES.now().plusSeconds(3600));
    assertThat(ledger().promote(ada, gift, false)).isEqualTo(new Promoted());
    var meanwhile = TestTable.open(new BeforeTheFirstWrite(() -> refund(first))).ledger();

    var outcome =
        meanwhile.reverse(new Refunded(second, Money.usd(999)), SAMPLES.id(), SAMPLES.now());

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(1));
    assertThat(user.lots().credits()).isEqualTo(credits(1));
    Invariants.hold(books(), List.of(ada));
  }

  private void refund(PaymentIntentId payment) {
    assertThat(ledger().reverse(new Refunded(payment, Money.usd(999)), SAMPLES.id(), SAMPLES.now()))
        .isInstanceOf(Reversed.class);
  }

  @Test
  void a_user_is_in_the_index_of_what_is_due_while_they_have_what_expires() {
    var ada = somebody();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var gift = SAMPLES.gift(5, SAMPLES.now().plusSeconds(3600));
    assertThat(ledger().promote(ada, gift, false)).isEqualTo(new Promoted());
    var before = pending(Keys.user(ada));

    spend(ada, 5);

    assertThat(before).isEqualTo(1);
    // The generation is, now.
    assertThat(pending(Keys.user(ada))).isEqualTo(1);
    assertThat(ledger().expiring(gift.lots().earliestExpiry().orElseThrow(), 100_000).items())
        .doesNotContain(ada);
  }

  private void spend(Email email, int credits) {
    if (credits > 0) {
      var order = SAMPLES.order(email, credits);
      assertThat(generations().start(order, usage(order), null, Limits.NONE))
          .isEqualTo(new Started());
    }
  }

  /** Something that happens when somebody has looked, and has not written yet. */
  private static final class BeforeTheFirstWrite implements ExecutionInterceptor {
    private final Runnable happens;
    private boolean over;

    BeforeTheFirstWrite(Runnable happens) {
      this.happens = happens;
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (!over && context.request() instanceof TransactWriteItemsRequest) {
        over = true;
        happens.run();
      }
    }
  }

  private static void delete(String partition, String sort) {
    try (var client = TestTable.client()) {
      client.deleteItem(r -> r.tableName(TestTable.NAME).key(Keys.item(partition, sort)));
    }
  }

  private static long pending(String partition) {
    try (var client = TestTable.client()) {
      return client.scan(r -> r.tableName(TestTable.NAME).indexName("pending")).items().stream()
          .filter(item -> AttributeValue.fromS(partition).equals(item.get(Keys.PK)))
          .count();
    }
  }
}
