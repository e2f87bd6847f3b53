package dev.photocredits.dynamodb;

import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.AuditReader.StoredItem;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** What an audit reads from DynamoDB; each test has a table of its own. */
final class DynamoDbAuditReaderTest {
  private static final int PAGE = 500;

  private final Samples samples = new Samples(new Random(7));
  private final String name = "audit-" + System.nanoTime();
  private final DynamoDb table = TestTable.create(name);
  private final DynamoDbClient client = TestTable.client();
  private final WholeAudit.Heard observer = new WholeAudit.Heard();

  @AfterEach
  void close() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 9})
  void every_account_grant_record_and_payment_is_found_once_with_any_number_of_segments(
      int segments) {
    var users = Stream.generate(this::customer).limit(20).toList();

    var found = IntStream.range(0, segments).boxed().flatMap(i -> segment(i, segments)).toList();

    assertThat(found.stream().filter(StoredItem.Profile.class::isInstance))
        .containsExactlyInAnyOrderElementsOf(users.stream().map(StoredItem.Profile::new).toList());
    assertThat(found.stream().filter(StoredItem.GrantRecordItem.class::isInstance)).hasSize(20);
    assertThat(found.stream().filter(StoredItem.PaymentItem.class::isInstance)).hasSize(20);
    assertThat(found).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void an_account_longer_than_a_page_is_reported_once() {
    var ada = customer();
    put(ada, 3 * PAGE);
    var reads = new AccountsRead();

    var found = audit(TestTable.open(name, reads), Instant.MAX);

    assertThat(found).isEqualTo(new Complete(new Tally(1, 0, 1)));
    assertThat(observer.discrepancies)
        .containsExactly(
            new Discrepancy(
                ada, "the balance is 10, but the transactions add up to " + (10 + 3 * PAGE)));
    // Two reads with the same result show that the discrepancy is not a concurrent change.
    assertThat(reads.count).hasValue(2);
    assertThat(WholeAudit.scan(table.auditReader())).hasSize(3);
  }

  @Test
  void the_next_run_of_an_audit_continues_where_the_last_one_ended() {
    var users = Stream.generate(this::customer).limit(5).toList();
    users.forEach(owner -> put(owner, PAGE));
    var outcomes = new ArrayList<AuditOutcome>();

    do {
      // Enough for any page, however many grant records and payments lie beside each other.
      outcomes.add(audit(table, Instant.EPOCH.plusSeconds(14)));
    } while (outcomes.getLast() instanceof Partial && outcomes.size() < 20);

    assertThat(outcomes).hasSizeGreaterThan(2);
    assertThat(outcomes.subList(0, outcomes.size() - 1)).hasOnlyElementsOfType(Partial.class);
    assertThat(outcomes.getLast()).isEqualTo(new Complete(new Tally(5, 0, 5)));
    assertThat(observer.completed).containsExactly(new Tally(5, 0, 5));
  }

  @Test
  void transactions_without_a_profile_are_reported() {
    var ada = customer();
    put(ada, 2 * PAGE);
    delete(Keys.user(ada), Keys.PROFILE);

    assertThat(audit(table, Instant.MAX)).isEqualTo(new Complete(new Tally(0, 0, 1)));

    assertThat(observer.discrepancies)
        .containsExactly(
            new Discrepancy(
                ada, "the profile is missing, but there are " + (2 * PAGE + 1) + " transactions"));
  }

  @Test
  void feedback_is_neither_read_nor_reported_however_much_there_is() {
    var users = Stream.generate(this::customer).limit(5).toList();
    putFeedback(3 * PAGE);
    var scanned = new ItemsScanned();

    var found = audit(TestTable.open(name, scanned), Instant.MAX);

    assertThat(found).isEqualTo(new Complete(new Tally(users.size(), 0, 0)));
    assertThat(observer.discrepancies).isEmpty();
    assertThat(scanned.partitions).isNotEmpty().noneMatch(key -> key.startsWith("FEEDBACK#"));
  }

  @Test
  void a_missing_part_of_a_purchase_is_found_from_the_other_parts() {
    var ada = customer();
    var bob = customer();
    delete(Keys.user(ada), Keys.transaction(purchase(ada)));
    delete(
        Keys.payment(table.auditReader().account(bob).grantRecords().getFirst().session()),
        Keys.PAYMENT);

    var found = WholeAudit.of(table.auditReader());

    assertThat(found)
        .extracting(Discrepancy::what)
        .contains(
            "session cs_" + ada.value() + " has a grant record, but its purchase is missing",
            "session cs_" + bob.value() + " was granted without a matching grant record",
            "payment pi_"
                + bob.value()
                + " granted session cs_"
                + bob.value()
                + ", which has no grant record");
  }

  @Test
  void an_unreadable_item_is_reported_and_the_audit_continues() {
    var ada = customer();
    var bob = customer();
    var carl = customer();
    var entry = Keys.transaction(purchase(ada));
    remove(Keys.user(ada), entry, "description");
    remove(Keys.payment(new PaymentIntentId("pi_" + bob.value())), Keys.MONEY, "version");
    remove(Keys.user(carl), Keys.PROFILE, "credits");

    var found = WholeAudit.of(table.auditReader());

    assertThat(found)
        .contains(
            new Discrepancy(ada, entry + " cannot be read"),
            new Discrepancy(null, "PAYMENT#pi_" + bob.value() + " / MONEY cannot be read"),
            new Discrepancy(bob, "PAYMENT#pi_" + bob.value() + " / MONEY cannot be read"),
            new Discrepancy(carl, "PROFILE cannot be read"));
  }

  /** Runs an audit whose clock advances by one second with each reading. */
  private AuditOutcome audit(DynamoDb of, Instant deadline) {
    var ticks = new AtomicInteger();
    InstantSource clock = () -> Instant.EPOCH.plusSeconds(ticks.incrementAndGet());
    return new Audit(of.auditReader(), of.positions(), 1, WholeAudit.THREADS, clock)
        .run(deadline, observer);
  }

  private Stream<StoredItem> segment(int segment, int segments) {
    var all = new ArrayList<StoredItem>();
    @Nullable String after = null;
    do {
      var page = table.auditReader().scan(segment, segments, after);
      all.addAll(page.items());
      after = page.next();
    } while (after != null);
    return all.stream();
  }

  /** Creates a user who has bought ten credits. */
  private Email customer() {
    var email = newEmail();
    assertThat(table.ledger().create(email, null, samples.now()).email()).isEqualTo(email);
    var charge = new Charge(new PaymentIntentId("pi_" + email.value()), Money.usd(999));
    var purchase = samples.purchase("cs_" + email.value(), 10);
    assertThat(table.ledger().grant(email, purchase, charge)).isInstanceOf(Granted.class);
    return email;
  }

  private TransactionId purchase(Email owner) {
    return table.auditReader().account(owner).grantRecords().getFirst().transaction();
  }

  /** Puts promotions of one credit each without changing the balance. */
  private void put(Email owner, int count) {
    var items = new ArrayList<WriteRequest>();
    for (var i = 0; i < count; i++) {
      var promotion =
          new Promotion(samples.id(), Samples.credits(1), "", samples.now(), null, null);
      items.add(
          put(StoredTransaction.SCHEMA.itemToMap(new StoredTransaction(owner, promotion), true)));
    }
    write(items);
  }

  /** Puts feedback of one month, of which every other item is damaged. */
  private void putFeedback(int count) {
    var items = new ArrayList<WriteRequest>();
    for (var i = 0; i < count; i++) {
      var feedback = new Feedback(UUID.randomUUID(), "hello", newEmail(), samples.now());
      var item = new HashMap<>(FeedbackItem.SCHEMA.itemToMap(feedback, true));
      if (i % 2 == 0) {
        var _ = item.remove("message");
      }
      items.add(put(item));
    }
    write(items);
  }

  private static WriteRequest put(Map<String, AttributeValue> item) {
    return WriteRequest.builder().putRequest(put -> put.item(item)).build();
  }

  private void write(List<WriteRequest> items) {
    for (var i = 0; i < items.size(); i += 25) {
      var batch = items.subList(i, Math.min(items.size(), i + 25));
      var _ = client.batchWriteItem(write -> write.requestItems(Map.of(name, batch)));
    }
  }

  private void delete(String partition, String sort) {
    client.deleteItem(delete -> delete.tableName(name).key(Keys.item(partition, sort)));
  }

  private void remove(String partition, String sort, String attribute) {
    client.updateItem(
        update ->
            update
                .tableName(name)
                .key(Keys.item(partition, sort))
                .updateExpression("REMOVE #name")
                .expressionAttributeNames(Map.of("#name", attribute)));
  }

  /** Remembers the partitions of the items that scans return. */
  private static final class ItemsScanned implements ExecutionInterceptor {
    final List<String> partitions = new CopyOnWriteArrayList<>();

    @Override
    public void afterExecution(
        Context.AfterExecution context, ExecutionAttributes executionAttributes) {
      if (context.response() instanceof ScanResponse page) {
        page.items().forEach(item -> partitions.add(Objects.requireNonNull(item.get(Keys.PK)).s()));
      }
    }
  }

  /** Counts how often an account is read, by the queries for the first page of a partition. */
  private static final class AccountsRead implements ExecutionInterceptor {
    final AtomicInteger count = new AtomicInteger();

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (context.request() instanceof QueryRequest query && !query.hasExclusiveStartKey()) {
        var _ = count.incrementAndGet();
      }
    }
  }
}
