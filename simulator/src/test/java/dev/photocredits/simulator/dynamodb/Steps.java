package dev.photocredits.simulator.dynamodb;

import java.time.Duration;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * The hooks by which a scheduler controls the model. Other tasks may run in each method except
 * {@link #later}. To end a process that dies, a method throws; the model does not catch it.
 */
public interface Steps {

  /** Called before an attempt is sent. */
  void before(DynamoDbRequest request);

  /** Called when an attempt has a response, before the client gets it. */
  void after(DynamoDbRequest request);

  /** Lets the client wait for a response, or between two attempts. */
  void sleep(Duration time);

  /** Runs the effect after the delay, even if the client's process has ended by then. */
  void later(Duration delay, Runnable effect);
}
