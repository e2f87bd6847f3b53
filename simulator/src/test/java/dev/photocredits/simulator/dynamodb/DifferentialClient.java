package dev.photocredits.simulator.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.Template;
import dev.photocredits.emulators.TestStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * Sends each request to the model and to DynamoDB Local, and fails unless both return the same
 * response and have the same items afterwards. Error messages are not compared.
 */
final class DifferentialClient implements DynamoDbClient {
  private static final TestStorage LOCAL = TestStorage.dynamoDb();

  private final DynamoDbClient model;
  private final DynamoDbClient local;
  private final ModelledTable modelled;
  private final String name;
  private final Map<String, Integer> outcomes = new TreeMap<>();

  /** Creates a client with a new table in both. */
  static DifferentialClient start() {
    var name = "twins-" + System.nanoTime();
    LOCAL.createTable(name);
    var clock = new SingleCaller(Instant.parse("2026-11-25T12:00:00Z"));
    var table =
        new ModelledTable(
            name, Template.find().table(), clock, new Random(1), Duration.ZERO, Duration.ZERO);
    var model = new ModelledDynamoDb(table, clock, Faults.NONE, clock, new Random(1));
    return new DifferentialClient(model, LOCAL.tables(), table, name);
  }

  private DifferentialClient(
      DynamoDbClient model, DynamoDbClient local, ModelledTable modelled, String name) {
    this.model = model;
    this.local = local;
    this.modelled = modelled;
    this.name = name;
  }

  /** The table's name. */
  String table() {
    return name;
  }

  /** The number of requests with equal outcomes, by error code or {@code answered}. */
  Map<String, Integer> outcomes() {
    return outcomes;
  }

  /**
   * The outcome of a request, in a form that can be compared.
   *
   * @param refusal the class, code and status of an error; otherwise empty
   * @param items the items of the response; of an error, the item of each reason
   * @param more the other fields of the response
   */
  private record Outcome(
      String refusal, List<Map<String, AttributeValue>> items, List<@Nullable Object> more) {}

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    return both(
        request,
        client -> client.getItem(request),
        got -> answer(List.of(got.item()), got.hasItem()));
  }

  @Override
  public PutItemResponse putItem(PutItemRequest request) {
    return both(
        request,
        client -> client.putItem(request),
        put -> answer(List.of(put.attributes()), put.hasAttributes()));
  }

  @Override
  public UpdateItemResponse updateItem(UpdateItemRequest request) {
    return both(
        request,
        client -> client.updateItem(request),
        updated -> answer(List.of(updated.attributes()), updated.hasAttributes()));
  }

  @Override
  public DeleteItemResponse deleteItem(DeleteItemRequest request) {
    return both(
        request,
        client -> client.deleteItem(request),
        deleted -> answer(List.of(deleted.attributes()), deleted.hasAttributes()));
  }

  /** Ignores the order of items with equal keys in an index, which is unspecified. */
  @Override
  public QueryResponse query(QueryRequest request) {
    return both(
        request,
        client -> client.query(request),
        found ->
            answer(
                request.indexName() == null ? found.items() : sorted(found.items()),
                found.items().stream().map(item -> "" + item.get("due_at")).toList(),
                found.count(),
                found.scannedCount(),
                found.hasLastEvaluatedKey() ? found.lastEvaluatedKey() : Map.of()));
  }

  /**
   * Reads all pages of all segments, if there are any, since the order of a scan is unspecified.
   */
  @Override
  public ScanResponse scan(ScanRequest request) {
    return both(
        request,
        client -> {
          var items = new ArrayList<Map<String, AttributeValue>>();
          var segments = request.totalSegments();
          for (var segment = 0; segment < (segments == null ? 1 : segments); segment++) {
            var part = segments == null ? request : request.toBuilder().segment(segment).build();
            client.scanPaginator(part).items().forEach(items::add);
          }
          return ScanResponse.builder().items(items).build();
        },
        found -> answer(sorted(found.items())));
  }

  @Override
  public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
    return both(request, client -> client.transactWriteItems(request), _ -> answer(List.of()));
  }

  private <T> T both(
      Object request, Function<DynamoDbClient, T> send, Function<T, Outcome> outcome) {
    var expected = outcome(local, send, outcome);
    var actual = outcome(model, send, outcome);

    assertThat(actual.describe())
        .as("%s: DynamoDB Local returned %s, the model %s", request, expected.text(), actual.text())
        .isEqualTo(expected.describe());
    assertThat(sorted(modelled.items())).as("the table after %s", request).isEqualTo(sorted(all()));
    outcomes.merge(expected.kind(), 1, Integer::sum);
    return expected.get();
  }

  private List<Map<String, AttributeValue>> all() {
    return local.scanPaginator(scan -> scan.tableName(name).consistentRead(true)).items().stream()
        .toList();
  }

  /** A response or an error. */
  private record Got<T>(@Nullable T answer, @Nullable DynamoDbException refusal, Outcome describe) {
    T get() {
      if (answer == null) {
        throw Objects.requireNonNull(refusal);
      }
      return answer;
    }

    String kind() {
      return refusal == null ? "answered" : refusal.awsErrorDetails().errorCode();
    }

    String text() {
      return refusal == null ? "a response" : String.valueOf(refusal.getMessage());
    }
  }

  private static <T> Got<T> outcome(
      DynamoDbClient client, Function<DynamoDbClient, T> send, Function<T, Outcome> outcome) {
    try {
      var answer = send.apply(client);
      return new Got<>(answer, null, outcome.apply(answer));
    } catch (DynamoDbException e) {
      return new Got<>(null, e, refusal(e));
    }
  }

  private static Outcome answer(List<Map<String, AttributeValue>> items, Object... more) {
    return new Outcome("", items.stream().map(Values::stored).toList(), List.of(more));
  }

  private static Outcome refusal(DynamoDbException e) {
    var refusal =
        e.getClass().getSimpleName() + " " + e.awsErrorDetails().errorCode() + " " + e.statusCode();
    return switch (e) {
      case ConditionalCheckFailedException failed ->
          new Outcome(refusal, List.of(Values.stored(failed.item())), List.of(failed.hasItem()));
      case TransactionCanceledException cancelled -> {
        var reasons = cancelled.cancellationReasons();
        // The model does as documented; DynamoDB Local rejects the whole transaction.
        if (reasons.stream().anyMatch(reason -> "ValidationError".equals(reason.code()))) {
          yield new Outcome("DynamoDbException ValidationException 400", List.of(), List.of());
        }
        yield new Outcome(
            refusal + reasons.stream().map(CancellationReason::code).toList(),
            reasons.stream().map(reason -> Values.stored(reason.item())).toList(),
            List.copyOf(reasons.stream().map(CancellationReason::hasItem).toList()));
      }
      default -> new Outcome(refusal, List.of(), List.of());
    };
  }

  private static List<Map<String, AttributeValue>> sorted(List<Map<String, AttributeValue>> items) {
    return items.stream()
        .map(Values::stored)
        .sorted(Comparator.comparing(item -> item.get("PK") + " " + item.get("SK")))
        .toList();
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {
    local.close();
  }
}
