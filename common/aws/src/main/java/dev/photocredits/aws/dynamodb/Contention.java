package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.FullJitter;
import dev.photocredits.credits.AccountBusy;
import java.time.Duration;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Repeats a write that lost against another one or was throttled: DynamoDB cancels the later of two
 * transactions on the same item, and the SDK does not repeat those. Nothing was written by the one
 * that was cancelled.
 */
final class Contention {
  static final Contention DEFAULT =
      new Contention(
          10, new FullJitter(Duration.ofMillis(20), Duration.ofMillis(640)), Contention::sleep);

  private static final Set<String> PASSING =
      Set.of(
          "TransactionConflict",
          "TransactionConflictException",
          "TransactionInProgressException",
          "ThrottlingError",
          "ThrottlingException",
          "ProvisionedThroughputExceeded",
          "ProvisionedThroughputExceededException",
          "RequestLimitExceeded");

  /** Spends the time between two attempts. */
  interface Pause {
    void last(Duration time);
  }

  private final int attempts;
  private final FullJitter waits;
  private final Pause pause;

  Contention(int attempts, FullJitter waits, Pause pause) {
    this.attempts = attempts;
    this.waits = waits;
    this.pause = pause;
  }

  /** Writes; throws {@link AccountBusy} if the last attempt was refused as well. */
  void retry(Runnable write) {
    for (var attempt = 1; ; attempt++) {
      try {
        write.run();
        return;
      } catch (DynamoDbException e) {
        if (!passes(e)) {
          throw e;
        }
        if (attempt == attempts) {
          throw new AccountBusy(e);
        }
      }
      pause.last(waits.computeDelay(attempt));
    }
  }

  /**
   * Whether a repeat may pass. Where some items of a transaction were busy, DynamoDB may not have
   * looked at their conditions, so that the failed condition of another one is no answer yet.
   */
  static boolean passes(DynamoDbException e) {
    if (e instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
      return cancelled.cancellationReasons().stream()
          .map(CancellationReason::code)
          .anyMatch(PASSING::contains);
    }
    return e.awsErrorDetails() != null && PASSING.contains(e.awsErrorDetails().errorCode());
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a busy item", e);
    }
  }
}
