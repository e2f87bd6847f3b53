package dev.photocredits.checks.dynamodb;

import java.time.Duration;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * Where the model meets a scheduler. Others may run in each of these methods but {@link #later},
 * and a caller's process may die in them: what they throw goes through the model.
 */
public interface Steps {

  /** An attempt is about to be sent. */
  void before(DynamoDbRequest request);

  /** An attempt was answered, and the client has not seen the answer. */
  void after(DynamoDbRequest request);

  /** Lets the client wait: for an answer, or between two attempts. */
  void sleep(Duration time);

  /** Runs the effect after the delay, even if the client is gone by then. */
  void later(Duration delay, Runnable effect);
}
