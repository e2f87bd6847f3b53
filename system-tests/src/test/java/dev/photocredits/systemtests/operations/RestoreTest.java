package dev.photocredits.systemtests.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.stripe.StripeEmulator;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.operator.PhotoCredits;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.fakes.FakeGemini;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Rehearses the restore in docs/operations.md. DynamoDB Local has no point-in-time recovery, so the
 * backup is a copy of all items. Stripe's emulator lives on while the table is lost, as Stripe
 * does.
 */
final class RestoreTest {
  private static final String LOST = "photo-credits";
  private static final String RESTORED = "photo-credits-restored";
  private static final String NOTHING_TO_DO =
      "Granted checkout sessions: 0 (0 credits). Applied refunds and disputes: 0"
          + " (0 credits reversed).\n";

  @TempDir private Path folder;

  private final LocalDynamoDb dynamoDb = LocalDynamoDb.inMemory();
  private StripeEmulator stripe;
  private volatile Api shop;

  @BeforeEach
  void open() throws IOException {
    stripe =
        StripeEmulator.start(
            folder, Api.WEBHOOK_SECRET, () -> shop.url().resolve("/api/webhooks/stripe"));
    shop = shop(LOST, InstantSource.system());
  }

  @AfterEach
  void close() {
    shop.close();
    stripe.close();
    dynamoDb.close();
  }

  @Test
  void every_paid_session_is_granted_once_and_what_stripe_does_not_know_is_lost() {
    var ada = Api.newEmail();
    var bob = Api.newEmail();
    var eve = Api.newEmail();
    var first = buys(ada);
    var second = buys(bob);
    awaitBalance(ada, 10);
    awaitBalance(bob, 10);
    generates(ada);
    var backup = items();
    var third = buys(ada);
    var fourth = buys(eve);
    awaitBalance(ada, 17);
    awaitBalance(eve, 10);
    stripeDoes(first, "refund", "amount=300");
    awaitBalance(ada, 14);
    stripeDoes(second, "dispute", "amount=400");
    awaitBalance(bob, 6);
    generates(ada);
    generates(bob);
    assertThat(operator(LOST, grant(bob))).isEqualTo(0);
    assertThat(List.of(shop.balance(ada), shop.balance(bob), shop.balance(eve)))
        .isEqualTo(List.of(11, 8, 10));

    restore(backup);
    var reconciled = operatorSays("reconcile", "--since=" + yesterday());
    shop = shop(RESTORED, InstantSource.system());

    assertThat(reconciled)
        .isEqualTo(
            "Granted checkout sessions: 2 (20 credits). Applied refunds and disputes: 2"
                + " (7 credits reversed).\n");
    assertThat(granted()).containsExactlyInAnyOrder(first, second, third, fourth);
    assertThat(shop.statement(ada))
        .containsExactlyInAnyOrder("purchase 10", "usage -3", "purchase 10", "reversal -3");
    assertThat(shop.statement(bob)).containsExactlyInAnyOrder("purchase 10", "reversal -4");
    assertThat(shop.statement(eve)).containsExactly("purchase 10");
    assertThat(List.of(shop.balance(ada), shop.balance(bob), shop.balance(eve)))
        .isEqualTo(List.of(14, 6, 10));
    assertThat(operatorSays("audit")).isEqualTo("Accounts audited: 3, discrepancies: 0\n");
  }

  @Test
  void a_repeated_reconciliation_changes_nothing_and_a_repeated_grant_is_granted() {
    var bob = Api.newEmail();
    var backup = items();
    var _ = buys(bob);
    awaitBalance(bob, 10);
    assertThat(operator(LOST, grant(bob))).isEqualTo(0);
    restore(backup);
    var _ = operatorSays("reconcile", "--since=" + yesterday());
    shop = shop(RESTORED, InstantSource.system());
    var reconciled = shop.balance(bob);

    var again = operatorSays("reconcile", "--since=" + yesterday());
    var scheduled =
        new SweeperHandler(shop.environment())
            .handleRequest(Map.of("task", "reconcile"), new TestInvocation(300_000));
    var _ = operatorSays(grant(bob));
    var _ = operatorSays(grant(bob));

    assertThat(reconciled).isEqualTo(10);
    assertThat(again).isEqualTo(NOTHING_TO_DO);
    assertThat(scheduled)
        .isEqualTo(Map.of("granted", 0, "reversed", 0, "open", List.of(), "has_more", false));
    assertThat(shop.balance(bob)).isEqualTo(15);
    assertThat(shop.statement(bob)).containsExactly("promotion 5", "purchase 10");
    assertThat(operatorSays("audit")).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void a_generation_that_was_pending_in_the_backup_is_refunded_although_it_was_delivered() {
    var ada = Api.newEmail();
    var _ = buys(ada);
    awaitBalance(ada, 10);
    var copied = new CountDownLatch(1);
    shop.gemini.follows(
        call -> {
          copied.await();
          return FakeGemini.generates(call);
        });
    var pictures = CompletableFuture.supplyAsync(() -> shop.generate(ada));
    waitFor("the model is called", () -> shop.gemini.calls().size() == 3);
    var backup = items();
    copied.countDown();
    assertThat(pictures.join().status()).isEqualTo(200);

    restore(backup);
    shop = shop(RESTORED, () -> Instant.now().plus(Duration.ofMinutes(5)));

    awaitBalance(ada, 10);
    assertThat(shop.statement(ada)).containsExactly("refund 3", "usage -3", "purchase 10");
    assertThat(operatorSays("audit")).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  /** The system with all functions, on a table. */
  private Api shop(String table, InstantSource clock) {
    return Api.start(
        Map.of(
            "AWS_ENDPOINT_URL_DYNAMODB",
            dynamoDb.endpoint().toString(),
            "TABLE_NAME",
            table,
            "STRIPE_API_BASE",
            stripe.baseUrl().toString(),
            "SWEEP_INTERVAL_SECONDS",
            "1"),
        clock);
  }

  /** Stops all functions, and creates the table that replaces the lost one. */
  private void restore(List<Map<String, AttributeValue>> backup) {
    shop.close();
    dynamoDb.createTable(RESTORED);
    try (var client = dynamoDb.client()) {
      for (var item : backup) {
        var _ = client.putItem(put -> put.tableName(RESTORED).item(item));
      }
      var _ = client.deleteTable(delete -> delete.tableName(LOST));
    }
  }

  private List<Map<String, AttributeValue>> items() {
    return items(LOST);
  }

  private List<Map<String, AttributeValue>> items(String table) {
    try (var client = dynamoDb.client()) {
      return client.scanPaginator(scan -> scan.tableName(table)).items().stream().toList();
    }
  }

  /** The sessions with a grant record in the restored table. */
  private List<String> granted() {
    return items(RESTORED).stream()
        .filter(item -> AttributeValue.fromS("PAYMENT").equals(item.get("SK")))
        .map(item -> Objects.requireNonNull(item.get("payment_id")).s())
        .toList();
  }

  /** Pays a starter pack of 10 credits, and returns the session. */
  private String buys(String email) {
    var opened =
        shop.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"starter\"}");
    assertThat(opened.status()).isEqualTo(200);
    var session = opened.json().path("session_id").asText();
    stripeDoes(session, "pay", "");
    return session;
  }

  private void stripeDoes(String session, String what, String form) {
    var response =
        shop.send(
            HttpRequest.newBuilder(
                    stripe.baseUrl().resolve("/sandbox/sessions/" + session + "/" + what))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    assertThat(response.status()).as(response.body()).isEqualTo(200);
  }

  private void generates(String email) {
    assertThat(shop.generate(email).status()).isEqualTo(200);
  }

  private static String[] grant(String email) {
    var expiry = LocalDate.now(ZoneOffset.UTC).plusDays(30);
    return new String[] {
      "grant", "--email=" + email, "--credits=5", "--expires=" + expiry, "--reason=Sorry", "--yes"
    };
  }

  private static LocalDate yesterday() {
    return LocalDate.now(ZoneOffset.UTC).minusDays(1);
  }

  private int operator(String table, String... args) {
    return operator(table, new ByteArrayOutputStream(), args);
  }

  /** The output of a command on the restored table, which must succeed. */
  private String operatorSays(String... args) {
    var output = new ByteArrayOutputStream();
    assertThat(operator(RESTORED, output, args)).as("%s", output).isEqualTo(0);
    return output.toString(UTF_8);
  }

  private int operator(String table, ByteArrayOutputStream output, String... args) {
    var stream = new PrintStream(output, true, UTF_8);
    var settings =
        Map.of(
            "AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint().toString(),
            "AWS_REGION", "us-east-1",
            "AWS_ACCESS_KEY_ID", "local",
            "AWS_SECRET_ACCESS_KEY", "local",
            "TABLE_NAME", table,
            "STRIPE_API_BASE", stripe.baseUrl().toString(),
            "STRIPE_SECRET_KEY", "sk_test_restore",
            "USER", "eve");
    return PhotoCredits.run(new Environment(settings), stream, stream, _ -> false, args);
  }

  private void awaitBalance(String email, int credits) {
    waitFor(email + " has " + credits, () -> shop.balance(email) == credits);
  }

  private static void waitFor(String what, BooleanSupplier state) {
    var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!state.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }
}
