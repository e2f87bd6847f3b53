package dev.photocredits.checks.dynamodb;

import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** What may go wrong with one attempt at a request. */
public enum Fault {
  /** Nothing does. */
  NONE,
  /** Another transaction has an item of this write: nothing is written. */
  CONFLICT,
  /** The transaction with this request token is being executed: nothing is written. */
  IN_PROGRESS,
  /** DynamoDB refuses the request for now, by one of several codes: nothing is written. */
  THROTTLED,
  /** DynamoDB answers 500, and has done what was asked, or has not. */
  INTERNAL_ERROR,
  /** No connection is made: an outage, when it is struck for a while. */
  UNREACHABLE,
  /** The request does not arrive. The client waits until the attempt times out. */
  REQUEST_LOST,
  /** The request has its effect and the reply does not arrive. */
  REPLY_LOST,
  /** The attempt times out, and the effect comes up to a minute later. */
  LANDS_LATE,
  /** The request or its reply takes long, and less than the attempt may. */
  SLOW;

  /** Whether it may happen to that request. */
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
