package dev.photocredits.dynamodb;

import dev.photocredits.aws.FullJitter;
import dev.photocredits.credits.AccountBusy;
import java.time.Duration;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Retries a write that was throttled or lost a conflict. DynamoDB cancels one of two concurrent
 * transactions on the same item, and the SDK does not retry those. A cancelled transaction has
 * written nothing.
 */
final class ConflictRetry {
  static final ConflictRetry DEFAULT =
      new ConflictRetry(
          10, new FullJitter(Duration.ofMillis(20), Duration.ofMillis(640)), ConflictRetry::sleep);

  private static final Set<String> TRANSIENT =
      Set.of(
          "TransactionConflict",
          "TransactionConflictException",
          "TransactionInProgressException",
          "ThrottlingError",
          "ThrottlingException",
          "ProvisionedThroughputExceeded",
          "ProvisionedThroughputExceededException",
          "RequestLimitExceeded");

  /** Waits between two attempts. */
  interface Pause {
    void sleep(Duration time);
  }

  private final int attempts;
  private final FullJitter backoff;
  private final Pause pause;

  ConflictRetry(int attempts, FullJitter backoff, Pause pause) {
    this.attempts = attempts;
    this.backoff = backoff;
    this.pause = pause;
  }

  /**
   * Runs the write until it succeeds. Throws {@link AccountBusy} if the last attempt also met
   * contention; any other error is thrown at once.
   */
  void retry(Runnable write) {
    for (var attempt = 1; ; attempt++) {
      try {
        write.run();
        return;
      } catch (DynamoDbException e) {
        if (!isTransient(e)) {
          throw e;
        }
        if (attempt == attempts) {
          throw new AccountBusy(e);
        }
      }
      pause.sleep(backoff.computeDelay(attempt));
    }
  }

  /**
   * Whether a retry may succeed. If some items of a transaction were busy, DynamoDB may not have
   * evaluated all conditions, so a failed condition beside a busy item is not yet a result.
   */
  static boolean isTransient(DynamoDbException e) {
    if (e instanceof TransactionCanceledException cancelled && cancelled.hasCancellationReasons()) {
      return cancelled.cancellationReasons().stream()
          .map(CancellationReason::code)
          .anyMatch(TRANSIENT::contains);
    }
    return e.awsErrorDetails() != null && TRANSIENT.contains(e.awsErrorDetails().errorCode());
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
