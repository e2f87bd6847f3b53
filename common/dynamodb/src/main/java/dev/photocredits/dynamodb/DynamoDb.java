package dev.photocredits.dynamodb;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Positions;
import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.CallTimeouts;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Standing;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.User;
import dev.photocredits.dynamodb.items.AdjustmentRecord;
import dev.photocredits.dynamodb.items.CheckpointItem;
import dev.photocredits.dynamodb.items.ErasureOrigin;
import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.dynamodb.items.GenerationItem;
import dev.photocredits.dynamodb.items.GrantRecordItem;
import dev.photocredits.dynamodb.items.IdempotencyItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.OpenedSession;
import dev.photocredits.dynamodb.items.PaymentItem;
import dev.photocredits.dynamodb.items.PositionItem;
import dev.photocredits.dynamodb.items.PromotionRecord;
import dev.photocredits.dynamodb.items.PurchaseOrderItem;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.dynamodb.items.Tombstone;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.dynamodb.items.WelcomeRecord;
import dev.photocredits.erasure.AccountOwners;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.Generations;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.reconciliation.Checkpoints;
import dev.photocredits.reconciliation.OpenEvents;
import dev.photocredits.values.Credits;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Money;
import dev.photocredits.values.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Opens the DynamoDB table and provides the stores that use it.
 *
 * <p>A call times out after 7 s, so that it fits into API Gateway's 30 s after a slow model. An
 * attempt times out after 2.5 s, which leaves time for another one.
 */
public final class DynamoDb {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofMillis(2500);
  private static final CallTimeouts TIMEOUTS = new CallTimeouts(ATTEMPT, Duration.ofSeconds(7));

  private static final User PRIMING_USER =
      new User(
          PrimingRequest.USER,
          new Credits(1000),
          Lots.NONE,
          OpenReversals.NONE,
          null,
          null,
          Money.usd(0),
          User.Held.NOTHING,
          Instant.EPOCH,
          Instant.EPOCH);

  private final Table table;
  private final @Nullable DigestKey digestKey;
  private final boolean isUnplugged;

  private DynamoDb(Table table, @Nullable DigestKey digestKey, boolean isUnplugged) {
    this.table = table;
    this.digestKey = digestKey;
    this.isUnplugged = isUnplugged;
  }

  /** The table, for all that grants no welcome credits. */
  public static DynamoDb open(AwsAccess aws, String tableName) {
    return open(aws, tableName, null, ClientOverrideConfiguration.builder().build());
  }

  /**
   * The table.
   *
   * @param digestKey keys the records that a mailbox got welcome credits
   */
  public static DynamoDb open(AwsAccess aws, String tableName, DigestKey digestKey) {
    return open(aws, tableName, digestKey, ClientOverrideConfiguration.builder().build());
  }

  /** For tests that observe calls or make them fail. */
  static DynamoDb open(
      AwsAccess aws,
      String tableName,
      @Nullable DigestKey digestKey,
      ClientOverrideConfiguration more) {
    var client = client(aws, more, aws.http(CONNECT, ATTEMPT, DynamoDb::foundUser));
    var table = table(tableName, client, ConflictRetry.DEFAULT);
    return new DynamoDb(table, digestKey, aws.isUnplugged());
  }

  /** For tests that provide their own client and delays. */
  static DynamoDb open(
      DynamoDbClient client, String tableName, DigestKey digestKey, ConflictRetry contention) {
    return new DynamoDb(table(tableName, client, contention), digestKey, false);
  }

  private static DynamoDbClient client(
      AwsAccess aws, ClientOverrideConfiguration more, SdkHttpClient http) {
    var builder =
        DynamoDbClient.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            // Setting these avoids a lookup in every cold start that would find nothing.
            .defaultsMode(DefaultsMode.LEGACY)
            .endpointDiscoveryEnabled(false)
            .dualstackEnabled(false)
            .fipsEnabled(false)
            .httpClient(http)
            .overrideConfiguration(more.toBuilder().applyMutation(TIMEOUTS::applyTo).build());
    aws.dynamoDb().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  // The answer of each call of an unplugged client: a read finds the user, a write succeeds.
  private static String foundUser() {
    var item = new LinkedHashMap<String, @Nullable Object>();
    UserItem.SCHEMA
        .itemToMap(PRIMING_USER, true)
        .forEach(
            (name, value) ->
                item.put(
                    name,
                    value.s() == null ? Json.object("N", value.n()) : Json.object("S", value.s())));
    return Json.write(Json.object("Item", item));
  }

  private static Table table(String name, DynamoDbClient client, ConflictRetry contention) {
    var enhanced =
        DynamoDbEnhancedClient.builder().dynamoDbClient(client).extensions(List.of()).build();
    return new Table(name, client, enhanced, contention);
  }

  /**
   * Primes reads: looks up an item that does not exist, so that the first real call is not the
   * first one of the process.
   */
  public void prime() {
    var _ = schemas();
    var _ = table.find(UserItem.SCHEMA, Keys.absent(), Keys.absent());
    var _ = UserItem.SCHEMA.mapToItem(UserItem.SCHEMA.itemToMap(PRIMING_USER, true));
  }

  /**
   * The schemas of the items that functions read and write. Using them loads their classes, which a
   * snapshot keeps.
   */
  private static List<TableSchema<?>> schemas() {
    return List.of(
        UserItem.SCHEMA,
        Tombstone.SCHEMA,
        ErasureOrigin.SCHEMA,
        WelcomeRecord.SCHEMA,
        AdjustmentRecord.SCHEMA,
        PromotionRecord.SCHEMA,
        StoredTransaction.SCHEMA,
        GrantRecordItem.SCHEMA,
        PaymentItem.SCHEMA,
        PurchaseOrderItem.SCHEMA,
        OpenedSession.SCHEMA,
        GenerationItem.SCHEMA,
        IdempotencyItem.SCHEMA,
        CheckpointItem.SCHEMA,
        PositionItem.SCHEMA,
        FeedbackItem.SCHEMA);
  }

  /** Primes transactions. It throws if the table is not unplugged. */
  public void primeTransactions() {
    mustBeUnplugged();
    var transaction = table.transaction();
    var _ = transaction.create(UserItem.SCHEMA, PRIMING_USER);
    var _ = transaction.update(UserItem.SCHEMA, promotion());
    var _ = transaction.execute();
  }

  /** Primes updates of single items. It throws if the table is not unplugged. */
  public void primeUpdates() {
    mustBeUnplugged();
    var _ = table.update(promotion());
  }

  private void mustBeUnplugged() {
    if (!isUnplugged) {
      throw new IllegalStateException("priming would write to the table");
    }
  }

  private static Table.Change promotion() {
    var promotion =
        new Promotion(
            new TransactionId(new UUID(0, 0)), new Credits(1), "", Instant.EPOCH, null, null);
    return BalanceUpdates.in(PRIMING_USER.email(), Journal.promote(Standing.PLAIN, promotion));
  }

  public Ledger ledger() {
    return new DynamoDbLedger(table, digestKey);
  }

  public Generations generations() {
    return new DynamoDbGenerations(table);
  }

  public IdempotencyRecords idempotencyRecords() {
    return new DynamoDbIdempotencyRecords(table);
  }

  public PurchaseOrders purchaseOrders() {
    return new DynamoDbPurchaseOrders(table);
  }

  public CallCounts callCounts() {
    return new DynamoDbCallCounts(table);
  }

  public Checkpoints checkpoints() {
    return new DynamoDbCheckpoints(table);
  }

  public OpenEvents openEvents() {
    return new DynamoDbOpenEvents(table);
  }

  public AuditReader auditReader() {
    return new DynamoDbAuditReader(table);
  }

  public Positions positions() {
    return new DynamoDbPositions(table);
  }

  /** For operators only: no function has the permissions that these writes need. */
  public AccountOwners accountOwners(InstantSource clock) {
    return new DynamoDbAccountOwners(table, clock);
  }

  /** The number of erasures that have begun and not ended, counted up to {@code most}. */
  public int openErasures(int most) {
    return DynamoDbAccountOwners.leaving(table, most).items().size();
  }

  public FeedbackStore feedback() {
    return new DynamoDbFeedbackStore(table);
  }
}
