package dev.photocredits.bench;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** A read-only client that counts its requests and the read units that they consume. */
final class CountingClient implements DynamoDbClient {
  private static final ReturnConsumedCapacity TOTAL = ReturnConsumedCapacity.TOTAL;

  private final DynamoDbClient client;
  private final LongAdder requests = new LongAdder();
  private final DoubleAdder units = new DoubleAdder();

  CountingClient(DynamoDbClient client) {
    this.client = client;
  }

  long requests() {
    return requests.sum();
  }

  double units() {
    return units.sum();
  }

  private void count(ConsumedCapacity consumed) {
    requests.increment();
    units.add(consumed.capacityUnits());
  }

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    var response = client.getItem(request.toBuilder().returnConsumedCapacity(TOTAL).build());
    count(response.consumedCapacity());
    return response;
  }

  @Override
  public QueryResponse query(QueryRequest request) {
    var response = client.query(request.toBuilder().returnConsumedCapacity(TOTAL).build());
    count(response.consumedCapacity());
    return response;
  }

  @Override
  public ScanResponse scan(ScanRequest request) {
    var response = client.scan(request.toBuilder().returnConsumedCapacity(TOTAL).build());
    count(response.consumedCapacity());
    return response;
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {
    // The caller closes the wrapped client.
  }
}
