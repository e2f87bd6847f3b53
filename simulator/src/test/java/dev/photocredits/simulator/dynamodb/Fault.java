package dev.photocredits.simulator.dynamodb;

import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** A fault of one attempt at a request. */
public enum Fault {
  /** No fault. */
  NONE,
  /** The write conflicts with another transaction: nothing is written. */
  CONFLICT,
  /** A transaction with the same request token is in progress: nothing is written. */
  IN_PROGRESS,
  /** DynamoDB throttles the request, with one of several error codes: nothing is written. */
  THROTTLED,
  /** DynamoDB returns 500; the request may have taken effect or not. */
  INTERNAL_ERROR,
  /** No connection can be made, as in an outage. */
  UNREACHABLE,
  /** The request is lost: it has no effect, and the attempt times out. */
  REQUEST_LOST,
  /** The request takes effect, but the response is lost and the attempt times out. */
  REPLY_LOST,
  /** The attempt times out, and the write takes effect up to a minute later. */
  LANDS_LATE,
  /** The request or its response is delayed, but the attempt does not time out. */
  SLOW;

  /** Whether this fault can strike the request. */
  boolean strikes(DynamoDbRequest request) {
    return switch (this) {
      case CONFLICT, LANDS_LATE -> isWrite(request);
      case IN_PROGRESS ->
          request instanceof TransactWriteItemsRequest write && write.clientRequestToken() != null;
      default -> true;
    };
  }

  private static boolean isWrite(DynamoDbRequest request) {
    return request instanceof TransactWriteItemsRequest
        || request instanceof UpdateItemRequest
        || request instanceof PutItemRequest
        || request instanceof DeleteItemRequest;
  }
}
