package dev.photocredits.simulator.dynamodb;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.RequestLimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ThrottlingException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/** DynamoDB's errors as the SDK throws them, with the same class, code and status. */
final class Refusals {
  static final String CONDITION_FAILED = "ConditionalCheckFailed";
  static final String NONE = "None";

  private Refusals() {}

  private static <B extends DynamoDbException.Builder> B with(
      B builder, String code, int status, String message) {
    var _ =
        builder
            .message(message)
            .statusCode(status)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .serviceName("DynamoDb")
                    .errorCode(code)
                    .errorMessage(message)
                    .build());
    return builder;
  }

  /** A validation error, for which the SDK has no class. */
  static DynamoDbException invalid(String message) {
    return (DynamoDbException)
        with(DynamoDbException.builder(), "ValidationException", 400, message).build();
  }

  static DynamoDbException noSuchTable(String name) {
    var message = "Requested resource not found: Table: " + name + " not found";
    return with(ResourceNotFoundException.builder(), "ResourceNotFoundException", 400, message)
        .build();
  }

  /**
   * A failed condition.
   *
   * @param item the old item, if the request returns it and there was one
   */
  static DynamoDbException conditionFailed(@Nullable Map<String, AttributeValue> item) {
    var builder =
        with(
            ConditionalCheckFailedException.builder(),
            "ConditionalCheckFailedException",
            400,
            "The conditional request failed");
    return item == null ? builder.build() : builder.item(item).build();
  }

  static DynamoDbException cancelled(List<CancellationReason> reasons) {
    var codes = reasons.stream().map(CancellationReason::code).toList();
    var message =
        "Transaction cancelled, please refer cancellation reasons for specific reasons " + codes;
    return with(
            TransactionCanceledException.builder(), "TransactionCanceledException", 400, message)
        .cancellationReasons(reasons)
        .build();
  }

  static CancellationReason reason(String code, @Nullable Map<String, AttributeValue> item) {
    var builder = CancellationReason.builder().code(code);
    if (!code.equals(NONE)) {
      builder.message(code);
    }
    return item == null ? builder.build() : builder.item(item).build();
  }

  static DynamoDbException tokenReused() {
    return with(
            IdempotentParameterMismatchException.builder(),
            "IdempotentParameterMismatchException",
            400,
            "The request has another body than the one that had this token")
        .build();
  }

  static DynamoDbException inProgress() {
    return with(
            TransactionInProgressException.builder(),
            "TransactionInProgressException",
            400,
            "The transaction with the given request token is already in progress")
        .build();
  }

  /** The error of a single write that conflicts with a transaction. */
  static DynamoDbException conflict() {
    return with(
            TransactionConflictException.builder(),
            "TransactionConflictException",
            400,
            "Transaction is ongoing for the item")
        .build();
  }

  static DynamoDbException throughputExceeded() {
    return with(
            ProvisionedThroughputExceededException.builder(),
            "ProvisionedThroughputExceededException",
            400,
            "The level of configured provisioned throughput for the table was exceeded")
        .build();
  }

  static DynamoDbException throttled() {
    return with(
            ThrottlingException.builder(),
            "ThrottlingException",
            400,
            "The request was denied due to request throttling")
        .build();
  }

  static DynamoDbException limitExceeded() {
    return with(
            RequestLimitExceededException.builder(),
            "RequestLimitExceeded",
            400,
            "Throughput exceeds the current throughput limit for your account")
        .build();
  }

  static DynamoDbException internalError() {
    return with(
            InternalServerErrorException.builder(),
            "InternalServerError",
            500,
            "The request processing has failed because of an unknown error")
        .build();
  }
}
