package dev.photocredits.bench;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.Positions;
import dev.photocredits.credits.Charge;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.dynamodb.OpenedTable;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.generation.Limits;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Measures an audit of many similar accounts, on DynamoDB Local in this process. */
final class AuditBench {
  private static final String TABLE = "audited";
  private static final int ACCOUNTS = 1000;
  private static final int PURCHASES = 2;
  private static final int GENERATIONS = 10;
  private static final Email ADA = new Email("ada@example.com");

  private AuditBench() {}

  public static void main(String[] args) throws Exception {
    try (var scratch = new TemporaryFolder()) {
      print(scratch.console());
    }
  }

  static void print(PrintStream out) {
    try (var emulator = LocalDynamoDb.inMemory();
        var client = emulator.client()) {
      emulator.createTable(TABLE);
      fill(client);
      out.printf(
          "| audit of %d accounts with %d purchases and %d generations each, segments"
              + " | accounts per second | requests per account | read units per account |%n",
          ACCOUNTS, PURCHASES, GENERATIONS);
      out.println("|---|---|---|---|");
      var _ = audit(client, 4);
      for (var segments : List.of(1, 2, 4, 8)) {
        var counting = new CountingClient(client);
        var time = audit(counting, segments);
        out.printf(
            "| %d | %.0f | %.1f | %.1f |%n",
            segments,
            ACCOUNTS * 1000.0 / time.toMillis(),
            (double) counting.requests() / ACCOUNTS,
            counting.units() / ACCOUNTS);
      }
      out.println();
    }
  }

  private static Duration audit(DynamoDbClient client, int segments) {
    var auditReader = OpenedTable.on(client, TABLE, _ -> {}).auditReader();
    var started = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var audit =
          new Audit(auditReader, Positions.inMemory(), segments, threads, Clock.systemUTC());
      var outcome = audit.run(Instant.MAX, new Strict());
      if (!outcome.equals(new Complete(new Tally(ACCOUNTS, 0, 0)))) {
        throw new IllegalStateException("the accounts are not consistent: " + outcome);
      }
    }
    return Duration.ofNanos(System.nanoTime() - started);
  }

  /** Writes one account through the ledger, and the others as copies of its items. */
  private static void fill(DynamoDbClient client) {
    ada(OpenedTable.on(client, TABLE, _ -> {}));
    var items = client.scanPaginator(scan -> scan.tableName(TABLE)).items().stream().toList();
    var writes = new ArrayList<WriteRequest>();
    for (var i = 1; i < ACCOUNTS; i++) {
      var copy = "-" + i;
      for (var item : items) {
        var copied = copy(AttributeValue.fromM(item), copy).m();
        writes.add(WriteRequest.builder().putRequest(put -> put.item(copied)).build());
      }
    }
    for (var from = 0; from < writes.size(); from += 25) {
      var some = writes.subList(from, Math.min(writes.size(), from + 25));
      client.batchWriteItem(write -> write.requestItems(Map.of(TABLE, some)));
    }
  }

  private static AttributeValue copy(AttributeValue value, String copy) {
    if (value.hasM()) {
      return AttributeValue.fromM(
          value.m().entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, e -> copy(e.getValue(), copy))));
    }
    return value.s() == null
        ? value
        : AttributeValue.fromS(
            value.s().replace("ada@", "ada" + copy + "@").replaceAll("((cs|pi)_\\d)", "$1" + copy));
  }

  private static void ada(DynamoDb table) {
    var samples = new Samples(new Random(7));
    var ledger = table.ledger();
    var generations = table.generations();
    var _ = ledger.create(ADA, null, samples.now());
    for (var i = 0; i < PURCHASES; i++) {
      var charge = new Charge(new PaymentIntentId("pi_" + i), Money.usd(999));
      var _ = ledger.grant(ADA, samples.purchase("cs_" + i, 20), charge);
    }
    for (var i = 0; i < GENERATIONS; i++) {
      var generation = samples.order(ADA, 3);
      var _ = generations.start(generation, null, Limits.NONE);
      var _ = generations.finish(generation, Samples.succeeded(generation, 3, 0), null);
    }
  }

  /** Fails on every report, because all accounts are consistent. */
  private static final class Strict implements Audit.Listener {
    @Override
    public void foundDiscrepancy(Discrepancy discrepancy) {
      throw new IllegalStateException(discrepancy.what());
    }

    @Override
    public void foundUnsettled(Email owner) {
      throw new IllegalStateException("an account changed during the audit");
    }

    @Override
    public void completed(Tally tally) {}
  }
}
