package dev.photocredits.aws.dynamodb;

import dev.photocredits.audit.Books;
import dev.photocredits.audit.Positions;
import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.FullJitter;
import dev.photocredits.aws.Unplugged;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Standing;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import dev.photocredits.erasure.Identities;
import dev.photocredits.feedback.FeedbackBox;
import dev.photocredits.generation.Generations;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.payments.Checkpoints;
import dev.photocredits.payments.OpenEvents;
import dev.photocredits.payments.PurchaseOrders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The table, and what is kept in it. A call gives up after 7 s, so that it fits API Gateway's 30 s
 * behind a model that took its time; an attempt after 2.5 s, so that there is time for another.
 */
public final class DynamoDb {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofMillis(2500);
  private static final Duration CALL = Duration.ofSeconds(7);
  private static final int ATTEMPTS = 3;

  private static final User NOBODY =
      new User(
          new Email("nobody@example.invalid"),
          Credits.NONE,
          Lots.NONE,
          OpenReversals.NONE,
          null,
          Money.usd(0),
          User.Underway.NOTHING,
          Instant.EPOCH,
          Instant.EPOCH);

  private final Table table;
  private final Supplier<Table> unplugged;

  private DynamoDb(Table table, Supplier<Table> unplugged) {
    this.table = table;
    this.unplugged = unplugged;
  }

  public static DynamoDb open(AwsAccess aws, String tableName) {
    return open(aws, tableName, ClientOverrideConfiguration.builder().build());
  }

  /** For tests that look at the calls or break them. */
  static DynamoDb open(AwsAccess aws, String tableName, ClientOverrideConfiguration more) {
    var http =
        UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ATTEMPT).build();
    return new DynamoDb(
        table(tableName, client(aws, more, http), Contention.DEFAULT),
        () -> table(tableName, client(aws, more, new Unplugged("{}")), Contention.DEFAULT));
  }

  /** For tests that bring their own client and their own waits. It cannot be primed for writes. */
  static DynamoDb open(DynamoDbClient client, String tableName, Contention contention) {
    return new DynamoDb(
        table(tableName, client, contention),
        () -> {
          throw new UnsupportedOperationException("only a client of AWS can be unplugged");
        });
  }

  private static DynamoDbClient client(
      AwsAccess aws, ClientOverrideConfiguration more, SdkHttpClient http) {
    var builder =
        DynamoDbClient.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            // What would be looked for in every cold start, and is not there.
            .defaultsMode(DefaultsMode.LEGACY)
            .endpointDiscoveryEnabled(false)
            .dualstackEnabled(false)
            .fipsEnabled(false)
            .httpClient(http)
            .overrideConfiguration(
                more.toBuilder()
                    .apiCallAttemptTimeout(ATTEMPT)
                    .apiCallTimeout(CALL)
                    .retryStrategy(FullJitter.retries(ATTEMPTS))
                    .build());
    aws.dynamoDb().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static Table table(String name, DynamoDbClient client, Contention contention) {
    var enhanced =
        DynamoDbEnhancedClient.builder().dynamoDbClient(client).extensions(List.of()).build();
    return new Table(name, client, enhanced, contention);
  }

  /** Reads an item that is not there, so that the next call is not the first. */
  public void prime() {
    var _ = table.find(Schemas.USER, Keys.nothing(), Keys.nothing());
    var _ = Schemas.USER.mapToItem(Schemas.USER.itemToMap(NOBODY, true));
  }

  /** The same, and writes a transaction where nobody hears of it. */
  public void primeForTransactions() {
    prime();
    transact(unplugged.get());
  }

  /** The same, and changes one item there. */
  public void primeForUpdates() {
    prime();
    var nowhere = unplugged.get();
    transact(nowhere);
    var _ = nowhere.update(gift());
  }

  private static void transact(Table nowhere) {
    var transaction = nowhere.transaction();
    var _ = transaction.create(Schemas.USER, NOBODY);
    var _ = transaction.update(Schemas.USER, gift());
    var _ = transaction.execute();
  }

  private static Table.Change gift() {
    var gift =
        new Promotion(
            new TransactionId(new UUID(0, 0)), new Credits(1), "", Instant.EPOCH, null, null);
    return Balance.in(NOBODY.email(), Journal.promote(Standing.PLAIN, gift));
  }

  public Ledger ledger() {
    return new DynamoDbLedger(table);
  }

  public Generations generations() {
    return new DynamoDbGenerations(table);
  }

  public Claims claims() {
    return new DynamoDbClaims(table);
  }

  public PurchaseOrders purchaseOrders() {
    return new DynamoDbPurchaseOrders(table);
  }

  public Checkpoints checkpoints() {
    return new DynamoDbCheckpoints(table);
  }

  public OpenEvents openEvents() {
    return new DynamoDbOpenEvents(table);
  }

  public Books books() {
    return new DynamoDbBooks(table);
  }

  public Positions positions() {
    return new DynamoDbPositions(table);
  }

  /** For an operator: no function has the right to what it writes. */
  public Identities identities() {
    return new DynamoDbIdentities(table);
  }

  /** How many erasures have begun and not ended; that many at most are counted. */
  public int openErasures(int most) {
    return new DynamoDbIdentities(table).leaving(most).items().size();
  }

  public FeedbackBox feedback() {
    return new DynamoDbFeedbackBox(table);
  }
}
