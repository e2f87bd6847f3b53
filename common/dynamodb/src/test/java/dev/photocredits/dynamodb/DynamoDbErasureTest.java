package dev.photocredits.dynamodb;

import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Position;
import dev.photocredits.audit.Position.Segment;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.Tombstone;
import dev.photocredits.erasure.Erasure;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ImageRemoval;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/** Runs the erasure contract on emulated DynamoDB tables, one for each test. */
final class DynamoDbErasureTest implements DynamoDbErasureContract {
  private final String name = "erasure-" + System.nanoTime();
  private final DynamoDb table = TestTable.create(name);
  private final DynamoDbClient client = TestTable.client();

  @ParameterizedTest
  @ValueSource(ints = {1, 999})
  void an_update_of_a_payment_read_before_the_erasure_reverses_at_the_pseudonym(int cents) {
    var ada = newEmail();
    var payment = new PaymentIntentId("pi_1");
    var purchase = SAMPLES.purchase("cs_1", 10);
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999)))).isEqualTo(TEN);
    var late = TestTable.open(name, new ErasesAfterTheFirstRead(ada)).ledger();

    var outcome =
        late.reverse(new RefundTotal(payment, Money.usd(cents)), SAMPLES.id(), SAMPLES.now());

    var grantRecord = new GrantRecord(purchase.session(), ada, purchase.id(), payment, null);
    assertThat(auditReader().transaction(grantRecord)).contains(purchase);
    assertThat(isStored(ada)).isFalse();
    if (cents == 999) {
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Reversed.class, reversed -> assertThat(reversed.owner().isPseudonym()).isTrue());
    } else {
      assertThat(outcome).isEqualTo(new RecordedOnly());
    }
    assertThat(WholeAudit.of(auditReader())).isEmpty();
  }

  @Test
  void an_audit_whose_position_names_the_user_starts_over() {
    var ada = newEmail();
    var bob = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    assertThat(ledger().create(bob, null, SAMPLES.now()).email()).isEqualTo(bob);
    var now = SAMPLES.now();
    var place = new Segment("USER#" + ada.value() + "\nPROFILE", false);
    var position = new Position(1, now, now, List.of(place), new Tally(1, 0, 0));
    assertThat(table.positions().save(position)).isTrue();

    erase(bob);
    var after = table.positions().find();
    erase(ada);

    assertThat(after).contains(position);
    assertThat(table.positions().find()).isEmpty();
    assertThat(isStored(ada)).isFalse();
  }

  @Test
  void an_erasure_does_not_read_the_whole_table() {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var scans = new Scans();
    var owners = TestTable.open(name, scans).accountOwners(SAMPLES::now);
    var erasure =
        new Erasure(ledger(), generations(), owners, new NothingToRemove(), new Random(7));

    assertThat(erasure.erase(ada, true)).isEqualTo(new Erased());

    assertThat(scans.count).isZero();
  }

  private void erase(Email owner) {
    var erasure =
        new Erasure(ledger(), generations(), accountOwners(), new NothingToRemove(), new Random(7));
    assertThat(erasure.erase(owner, true)).isEqualTo(new Erased());
  }

  /** A bucket that holds no objects of the user. */
  private static final class NothingToRemove implements ImageRemoval {
    @Override
    public void removeAll(GenerationId generation) {}

    @Override
    public void removeUploads(Email owner) {}
  }

  /** Counts scans. */
  private static final class Scans implements ExecutionInterceptor {
    private int count;

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (context.request() instanceof ScanRequest) {
        count++;
      }
    }
  }

  /** Erases a user after the first read of a call and before the call continues. */
  private final class ErasesAfterTheFirstRead implements ExecutionInterceptor {
    private final Email owner;
    private boolean isDone;

    ErasesAfterTheFirstRead(Email owner) {
      this.owner = owner;
    }

    @Override
    public void afterExecution(
        Context.AfterExecution context, ExecutionAttributes executionAttributes) {
      if (!isDone && context.request() instanceof GetItemRequest) {
        isDone = true;
        erase(owner);
      }
    }
  }

  /** After every test, no tombstone is left and no item links a pseudonym to its former owner. */
  @AfterEach
  void no_erasure_is_left_unfinished() {
    assertThat(items().stream().filter(DynamoDbErasureTest::isOfAnErasure)).isEmpty();
    client.close();
  }

  private static boolean isOfAnErasure(Map<String, AttributeValue> item) {
    return item.containsKey(Tombstone.ERASED_AS)
        || AttributeValue.fromS(Keys.ERASURE).equals(item.get(Keys.SK));
  }

  @Override
  public DynamoDb table() {
    return table;
  }

  @Override
  public List<Map<String, AttributeValue>> items() {
    return client.scanPaginator(scan -> scan.tableName(name)).items().stream().toList();
  }
}
