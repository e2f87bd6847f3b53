package dev.photocredits.simulator.dynamodb;

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
 * A DynamoDB client for a {@link ModelledTable} that behaves like the SDK's client as our functions
 * configure it. A call makes up to three attempts, each of which is a step. An attempt times out
 * after 2.5 s, and a call after 7 s. Between attempts the client backs off as the SDK's standard
 * retry strategy does, for longer after throttling than after other failures. When no attempt
 * succeeds, the exception of the last one is thrown. The token bucket of the retry strategy, which
 * stops retries in a long outage, is not modelled.
 *
 * <p>All delays come from {@code random}. Operations that the model does not support throw {@link
 * UnsupportedOperationException}, the default of the interface.
 */
public final class ModelledDynamoDb implements DynamoDbClient {
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(2500);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(7);
  private static final int MAX_ATTEMPTS = 3;
  private static final Duration MAX_DELAY = Duration.ofMinutes(1);

  private static final List<String> THROTTLING_CODES =
      List.of("ThrottlingError", "ProvisionedThroughputExceeded");

  private final ModelledTable table;
  private final Steps steps;
  private final Faults faults;
  private final InstantSource clock;
  private final RandomGenerator random;

  public ModelledDynamoDb(
      ModelledTable table,
      Steps steps,
      Faults faults,
      InstantSource clock,
      RandomGenerator random) {
    this.table = table;
    this.steps = steps;
    this.faults = faults;
    this.clock = clock;
    this.random = random;
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
    var deadline = clock.instant().plus(CALL_TIMEOUT);
    for (var attempt = 1; ; attempt++) {
      try {
        steps.before(request);
        var answer = attempt(request, effect, deadline);
        steps.after(request);
        return answer;
      } catch (SdkException e) {
        if (attempt == MAX_ATTEMPTS || !isRetried(e)) {
          throw e;
        }
        var first = e instanceof SdkServiceException refusal && refusal.isThrottlingException();
        sleep(randomUpTo(Duration.ofMillis((first ? 1000L : 100L) << (attempt - 1))), deadline);
      }
    }
  }

  private static boolean isRetried(SdkException e) {
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
        if (random.nextBoolean()) {
          ignoreErrors(effect);
        }
        throw Refusals.internalError();
      }
      case UNREACHABLE ->
          throw SdkClientException.create(
              "Unable to execute HTTP request", new ConnectException("Connection refused"));
      case REQUEST_LOST -> throw timeout(deadline);
      case REPLY_LOST -> {
        ignoreErrors(effect);
        throw timeout(deadline);
      }
      case LANDS_LATE -> {
        landLater(request, effect);
        throw timeout(deadline);
      }
      case SLOW -> {
        var before = randomUpTo(ATTEMPT_TIMEOUT);
        sleep(before, deadline);
        var answer = effect.get();
        sleep(randomUpTo(ATTEMPT_TIMEOUT.minus(before)), deadline);
        yield answer;
      }
    };
  }

  private DynamoDbException conflict(DynamoDbRequest request) {
    return request instanceof TransactWriteItemsRequest transaction
        ? table.cancelled(transaction, List.of("TransactionConflict"))
        : Refusals.conflict();
  }

  private DynamoDbException throttled(DynamoDbRequest request) {
    return switch (random.nextInt(4)) {
      case 0 -> Refusals.throttled();
      case 1 -> Refusals.limitExceeded();
      case 2 ->
          request instanceof TransactWriteItemsRequest transaction
              ? table.cancelled(transaction, THROTTLING_CODES)
              : Refusals.throughputExceeded();
      default -> Refusals.throughputExceeded();
    };
  }

  // The response is lost, and so is an error from DynamoDB.
  private static void ignoreErrors(Supplier<?> effect) {
    try {
      var _ = effect.get();
    } catch (DynamoDbException _) {
      // The client does not get the error.
    }
  }

  /** Waits until the attempt times out; returns the exception to throw. */
  private RuntimeException timeout(Instant deadline) {
    sleep(ATTEMPT_TIMEOUT, deadline);
    return ApiCallAttemptTimeoutException.create(ATTEMPT_TIMEOUT.toMillis());
  }

  // Either DynamoDB is executing the request, and rejects a retry with the same token meanwhile; or
  // the request is still in transit, and a retry overtakes it.
  private void landLater(DynamoDbRequest request, Supplier<?> effect) {
    var token =
        request instanceof TransactWriteItemsRequest transaction && random.nextBoolean()
            ? transaction.clientRequestToken()
            : null;
    if (token != null) {
      table.begin(token);
    }
    steps.later(
        ATTEMPT_TIMEOUT.plus(randomUpTo(MAX_DELAY.minus(ATTEMPT_TIMEOUT))),
        () -> {
          if (token != null) {
            table.end(token);
          }
          ignoreErrors(effect);
        });
  }

  private Duration randomUpTo(Duration bound) {
    return Duration.ofMillis(random.nextLong(bound.toMillis() + 1));
  }

  private void sleep(Duration time, Instant deadline) {
    var left = Duration.between(clock.instant(), deadline);
    if (left.compareTo(time) > 0) {
      steps.sleep(time);
      return;
    }
    steps.sleep(left.isPositive() ? left : Duration.ZERO);
    throw ApiCallTimeoutException.create(CALL_TIMEOUT.toMillis());
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {
    // There is nothing to close.
  }
}
