package dev.photocredits.checks.dynamodb;

import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
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
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * The SDK's client for a {@link ModelledTable}, as our functions configure it: a step is one
 * attempt at a request, of which a call makes three at most. An attempt times out after 2.5 s and a
 * call after 7 s, and between two attempts the client waits as the SDK's standard strategy has it,
 * for throttling longer than for other failures. What the last attempt throws is thrown. The
 * strategy's bucket of tokens, by which it stops repeating in a long outage, is not modelled.
 *
 * <p>The real waits are drawn at random; here {@code chance} draws them. Operations that the model
 * does not know throw {@link UnsupportedOperationException}, as the interface has it.
 */
public final class ModelledDynamoDb implements DynamoDbClient {
  private static final Duration ATTEMPT = Duration.ofMillis(2500);
  private static final Duration CALL = Duration.ofSeconds(7);
  private static final int ATTEMPTS = 3;
  private static final Duration LATEST = Duration.ofMinutes(1);

  private static final List<String> BUSY =
      List.of("ThrottlingError", "ProvisionedThroughputExceeded");

  private final ModelledTable table;
  private final Steps steps;
  private final Faults faults;
  private final InstantSource clock;
  private final RandomGenerator chance;

  public ModelledDynamoDb(
      ModelledTable table,
      Steps steps,
      Faults faults,
      InstantSource clock,
      RandomGenerator chance) {
    this.table = table;
    this.steps = steps;
    this.faults = faults;
    this.clock = clock;
    this.chance = chance;
  }

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    return call(request, () -> table.get(request));
  }

  @Override
  public PutItemResponse putItem(PutItemRequest request) {
    return call(request, () -> table.put(request));
  }

  @Override
  public UpdateItemResponse updateItem(UpdateItemRequest request) {
    return call(request, () -> table.update(request));
  }

  @Override
  public DeleteItemResponse deleteItem(DeleteItemRequest request) {
    return call(request, () -> table.delete(request));
  }

  @Override
  public QueryResponse query(QueryRequest request) {
    return call(request, () -> table.query(request));
  }

  @Override
  public ScanResponse scan(ScanRequest request) {
    return call(request, () -> table.scan(request));
  }

  @Override
  public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
    return call(
        request,
        () -> {
          table.transact(request);
          return TransactWriteItemsResponse.builder().build();
        });
  }

  private <T> T call(DynamoDbRequest request, Supplier<T> effect) {
    var deadline = clock.instant().plus(CALL);
    for (var attempt = 1; ; attempt++) {
      try {
        steps.before(request);
        var answer = attempt(request, effect, deadline);
        steps.after(request);
        return answer;
      } catch (SdkException e) {
        if (attempt == ATTEMPTS || !isRepeated(e)) {
          throw e;
        }
        var first = e instanceof SdkServiceException refusal && refusal.isThrottlingException();
        sleep(below(Duration.ofMillis((first ? 1000L : 100L) << (attempt - 1))), deadline);
      }
    }
  }

  private static boolean isRepeated(SdkException e) {
    return switch (e) {
      case ApiCallTimeoutException _ -> false;
      case SdkServiceException refusal ->
          refusal.isThrottlingException() || refusal.statusCode() >= 500;
      default -> true;
    };
  }

  private <T> T attempt(DynamoDbRequest request, Supplier<T> effect, Instant deadline) {
    var fault = faults.strike(request);
    if (!fault.strikes(request)) {
      throw new IllegalArgumentException(fault + " cannot happen to " + request);
    }
    return switch (fault) {
      case NONE -> effect.get();
      case CONFLICT -> throw conflict(request);
      case IN_PROGRESS -> throw Refusals.inProgress();
      case THROTTLED -> throw throttled(request);
      case INTERNAL_ERROR -> {
        if (chance.nextBoolean()) {
          quietly(effect);
        }
        throw Refusals.internalError();
      }
      case UNREACHABLE ->
          throw SdkClientException.create(
              "Unable to execute HTTP request", new ConnectException("Connection refused"));
      case REQUEST_LOST -> throw timeout(deadline);
      case REPLY_LOST -> {
        quietly(effect);
        throw timeout(deadline);
      }
      case LANDS_LATE -> {
        landLater(request, effect);
        throw timeout(deadline);
      }
      case SLOW -> {
        var way = below(ATTEMPT);
        sleep(way, deadline);
        var answer = effect.get();
        sleep(below(ATTEMPT.minus(way)), deadline);
        yield answer;
      }
    };
  }

  private DynamoDbException conflict(DynamoDbRequest request) {
    return request instanceof TransactWriteItemsRequest transaction
        ? table.refused(transaction, List.of("TransactionConflict"))
        : Refusals.conflict();
  }

  private DynamoDbException throttled(DynamoDbRequest request) {
    return switch (chance.nextInt(4)) {
      case 0 -> Refusals.throttled();
      case 1 -> Refusals.limitExceeded();
      case 2 ->
          request instanceof TransactWriteItemsRequest transaction
              ? table.refused(transaction, BUSY)
              : Refusals.throughputExceeded();
      default -> Refusals.throughputExceeded();
    };
  }

  // What DynamoDB answers is lost with the reply.
  private static void quietly(Supplier<?> effect) {
    try {
      var _ = effect.get();
    } catch (DynamoDbException _) {
      // The client does not hear of it.
    }
  }

  /** Waits until the attempt times out; returns the exception to throw. */
  private RuntimeException timeout(Instant deadline) {
    sleep(ATTEMPT, deadline);
    return ApiCallAttemptTimeoutException.create(ATTEMPT.toMillis());
  }

  // Either DynamoDB is at it, and refuses a repeat with the same token meanwhile; or the request is
  // still on its way, and a repeat overtakes it.
  private void landLater(DynamoDbRequest request, Supplier<?> effect) {
    var token =
        request instanceof TransactWriteItemsRequest transaction && chance.nextBoolean()
            ? transaction.clientRequestToken()
            : null;
    if (token != null) {
      table.begin(token);
    }
    steps.later(
        ATTEMPT.plus(below(LATEST.minus(ATTEMPT))),
        () -> {
          if (token != null) {
            table.end(token);
          }
          quietly(effect);
        });
  }

  private Duration below(Duration bound) {
    return Duration.ofMillis(chance.nextLong(bound.toMillis() + 1));
  }

  private void sleep(Duration time, Instant deadline) {
    var left = Duration.between(clock.instant(), deadline);
    if (left.compareTo(time) > 0) {
      steps.sleep(time);
      return;
    }
    steps.sleep(left.isPositive() ? left : Duration.ZERO);
    throw ApiCallTimeoutException.create(CALL.toMillis());
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
