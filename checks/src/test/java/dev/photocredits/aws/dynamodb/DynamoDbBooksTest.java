package dev.photocredits.aws.dynamodb;

import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.Books.Kept;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.ledger.Samples;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
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
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** What an audit reads of DynamoDB, each time of a table that nothing else uses. */
final class DynamoDbBooksTest {
  private static final int PAGE = 500;

  private final Samples samples = new Samples(new Random(7));
  private final String name = "books-" + System.nanoTime();
  private final DynamoDb table = TestTable.create(name);
  private final DynamoDbClient client = TestTable.client();
  private final WholeAudit.Heard heard = new WholeAudit.Heard();

  @AfterEach
  void close() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 9})
  void every_account_mark_and_payment_is_met_once_however_many_segments_there_are(int segments) {
    var people = Stream.generate(this::customer).limit(20).toList();

    var met = IntStream.range(0, segments).boxed().flatMap(i -> segment(i, segments)).toList();

    assertThat(met.stream().filter(Kept.Owner.class::isInstance))
        .containsExactlyInAnyOrderElementsOf(people.stream().map(Kept.Owner::new).toList());
    assertThat(met.stream().filter(Kept.Mark.class::isInstance)).hasSize(20);
    assertThat(met.stream().filter(Kept.Money.class::isInstance)).hasSize(20);
    assertThat(met).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void an_account_that_is_longer_than_a_page_is_read_once() {
    var ada = customer();
    put(ada, 3 * PAGE);
    var reads = new AccountsRead();

    var found = audit(TestTable.open(name, reads), Instant.MAX);

    assertThat(found).isEqualTo(new Complete(new Tally(1, 0, 1)));
    assertThat(heard.discrepancies)
        .containsExactly(
            new Discrepancy(ada, "the balance is 10, and by the entries it is " + (10 + 3 * PAGE)));
    // Twice the same: that it differs is no accident.
    assertThat(reads.count).hasValue(2);
    assertThat(WholeAudit.scan(table.books())).hasSize(3);
  }

  @Test
  void an_audit_goes_on_in_the_next_run_where_the_last_one_ended() {
    var people = Stream.generate(this::customer).limit(5).toList();
    people.forEach(owner -> put(owner, PAGE));
    var outcomes = new ArrayList<AuditOutcome>();

    do {
      outcomes.add(audit(table, Instant.EPOCH.plusSeconds(10)));
    } while (outcomes.getLast() instanceof Partial && outcomes.size() < 20);

    assertThat(outcomes).hasSizeGreaterThan(2);
    assertThat(outcomes.subList(0, outcomes.size() - 1)).hasOnlyElementsOfType(Partial.class);
    assertThat(outcomes.getLast()).isEqualTo(new Complete(new Tally(5, 0, 5)));
    assertThat(heard.completed).containsExactly(new Tally(5, 0, 5));
  }

  @Test
  void transactions_without_a_profile_are_found() {
    var ada = customer();
    put(ada, 2 * PAGE);
    delete(Keys.user(ada), Keys.PROFILE);

    assertThat(audit(table, Instant.MAX)).isEqualTo(new Complete(new Tally(0, 0, 1)));

    assertThat(heard.discrepancies)
        .containsExactly(
            new Discrepancy(ada, "there is no user, and " + (2 * PAGE + 1) + " entries"));
  }

  @Test
  void what_is_missing_of_a_purchase_is_found_from_the_other_side() {
    var ada = customer();
    var bob = customer();
    delete(Keys.user(ada), Keys.transaction(purchase(ada)));
    delete(Keys.payment(table.books().account(bob).marks().getFirst().session()), Keys.PAYMENT);

    var found = WholeAudit.of(table.books());

    assertThat(found)
        .extracting(Discrepancy::what)
        .contains(
            "session cs_" + ada.value() + " is marked as granted, and its purchase is missing",
            "session cs_" + bob.value() + " was granted without its mark",
            "payment pi_"
                + bob.value()
                + " granted session cs_"
                + bob.value()
                + ", which has no mark");
  }

  @Test
  void an_item_that_cannot_be_read_is_named_and_stops_nothing_else() {
    var ada = customer();
    var bob = customer();
    var carl = customer();
    var entry = Keys.transaction(purchase(ada));
    remove(Keys.user(ada), entry, "description");
    remove(Keys.payment(new PaymentIntentId("pi_" + bob.value())), Keys.MONEY, "version");
    remove(Keys.user(carl), Keys.PROFILE, "credits");

    var found = WholeAudit.of(table.books());

    assertThat(found)
        .contains(
            new Discrepancy(ada, entry + " cannot be read"),
            new Discrepancy(null, "PAYMENT#pi_" + bob.value() + " / MONEY cannot be read"),
            new Discrepancy(bob, "PAYMENT#pi_" + bob.value() + " / MONEY cannot be read"),
            new Discrepancy(carl, "PROFILE cannot be read"));
  }

  /** An audit whose clock goes on by a second whenever it is read. */
  private AuditOutcome audit(DynamoDb of, Instant deadline) {
    var ticks = new AtomicInteger();
    InstantSource clock = () -> Instant.EPOCH.plusSeconds(ticks.incrementAndGet());
    return new Audit(of.books(), of.positions(), 1, WholeAudit.THREADS, clock).run(deadline, heard);
  }

  private Stream<Kept> segment(int segment, int segments) {
    var all = new ArrayList<Kept>();
    @Nullable String after = null;
    do {
      var page = table.books().scan(segment, segments, after);
      all.addAll(page.kept());
      after = page.next();
    } while (after != null);
    return all.stream();
  }

  /** A user who has bought ten credits. */
  private Email customer() {
    var email = somebody();
    assertThat(table.ledger().create(email, null, samples.now()).email()).isEqualTo(email);
    var charge = new Charge(new PaymentIntentId("pi_" + email.value()), Money.usd(999));
    var purchase = samples.purchase("cs_" + email.value(), 10);
    assertThat(table.ledger().grant(email, purchase, charge)).isInstanceOf(Granted.class);
    return email;
  }

  private TransactionId purchase(Email owner) {
    return table.books().account(owner).marks().getFirst().entry();
  }

  /** So many gifts of one credit, of which the balance knows nothing. */
  private void put(Email owner, int gifts) {
    var items = new ArrayList<WriteRequest>();
    for (var i = 0; i < gifts; i++) {
      var gift = new Promotion(samples.id(), Samples.credits(1), "", samples.now(), null, null);
      var item = new HashMap<>(Schemas.ENTRY.itemToMap(new Entry(owner, gift), true));
      items.add(WriteRequest.builder().putRequest(put -> put.item(item)).build());
    }
    for (var i = 0; i < gifts; i += 25) {
      var some = items.subList(i, Math.min(gifts, i + 25));
      var _ = client.batchWriteItem(write -> write.requestItems(Map.of(name, some)));
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

  /** Counts how often an account is read: the first page of its partition. */
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
