package dev.photocredits.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.simulator.service.HandlerService;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** Tests the oracle with the handlers: it finds each fault that is planted around them. */
final class PlantedFaultTest {
  private static final int SEEDS = 2_000;

  /**
   * A planted fault.
   *
   * @param clients wraps the DynamoDB client of every function
   * @param replies changes the response of every function
   */
  record Planted(
      String name,
      UnaryOperator<DynamoDbClient> clients,
      UnaryOperator<APIGatewayV2HTTPResponse> replies) {
    Planted(String name, UnaryOperator<DynamoDbClient> clients) {
      this(name, clients, UnaryOperator.identity());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Planted> faults() {
    return Stream.of(
        new Planted(
            "puts are unconditional",
            client -> new ChangedWrites(client, PlantedFaultTest::unconditional)),
        new Planted(
            "a price is held without checking the balance",
            client -> new ChangedWrites(client, item -> without(item, "credits >= :price"))),
        new Planted("a cancelled transaction is treated as success", DeafToRefusals::new),
        new Planted("a time-out is treated as success", WithoutDoubt::new),
        new Planted("reads are not strongly consistent", StaleReads::new),
        new Planted(
            "a failure is reported as success",
            UnaryOperator.identity(),
            PlantedFaultTest::asSuccess));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void the_oracle_finds_a_planted_fault(Planted planted) {
    Set<Violation> found = EnumSet.noneOf(Violation.class);

    for (var seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
      var world = new World(Plan.of(seed, Kind.HANDLERS.hazards()), new Coverage(), null);
      var service = new HandlerService(world, planted.clients(), planted.replies());
      var schedule = new Schedule(world, service);
      found.addAll(Simulator.found(schedule, schedule::run).keySet());
      // A function that fails with an error breaks no promise.
      found.remove(Violation.UNEXPLAINED_ERROR);
    }

    assertThat(found).isNotEmpty();
  }

  private static TransactWriteItem unconditional(TransactWriteItem item) {
    if (item.put() == null) {
      return item;
    }
    var put =
        item.put().toBuilder()
            .conditionExpression(null)
            .expressionAttributeNames(null)
            .expressionAttributeValues(null)
            .build();
    return item.toBuilder().put(put).build();
  }

  private static TransactWriteItem without(TransactWriteItem item, String condition) {
    var update = item.update();
    if (update == null) {
      return item;
    }
    var left =
        update
            .conditionExpression()
            .replace(condition, "(attribute_exists(PK) OR " + condition + ")");
    return item.toBuilder().update(update.toBuilder().conditionExpression(left).build()).build();
  }

  private static APIGatewayV2HTTPResponse asSuccess(APIGatewayV2HTTPResponse response) {
    if (response.getStatusCode() >= 500) {
      response.setStatusCode(204);
    }
    return response;
  }

  /** A client that delegates to another one. */
  private static class Client implements DynamoDbClient {
    private final DynamoDbClient client;

    Client(DynamoDbClient client) {
      this.client = client;
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
      return client.getItem(request);
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
      return client.putItem(request);
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
      return client.updateItem(request);
    }

    @Override
    public QueryResponse query(QueryRequest request) {
      return client.query(request);
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
      return client.scan(request);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
      return client.transactWriteItems(request);
    }

    @Override
    public String serviceName() {
      return client.serviceName();
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private static final class ChangedWrites extends Client {
    private final UnaryOperator<TransactWriteItem> change;

    ChangedWrites(DynamoDbClient client, UnaryOperator<TransactWriteItem> change) {
      super(client);
      this.change = change;
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
      var items = request.transactItems().stream().map(change).toList();
      return super.transactWriteItems(request.toBuilder().transactItems(items).build());
    }
  }

  private static final class DeafToRefusals extends Client {
    DeafToRefusals(DynamoDbClient client) {
      super(client);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
      try {
        return super.transactWriteItems(request);
      } catch (TransactionCanceledException _) {
        return TransactWriteItemsResponse.builder().build();
      }
    }
  }

  private static final class WithoutDoubt extends Client {
    WithoutDoubt(DynamoDbClient client) {
      super(client);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
      try {
        return super.transactWriteItems(request);
      } catch (SdkClientException _) {
        return TransactWriteItemsResponse.builder().build();
      }
    }
  }

  private static final class StaleReads extends Client {
    StaleReads(DynamoDbClient client) {
      super(client);
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
      return super.getItem(request.toBuilder().consistentRead(false).build());
    }
  }
}
