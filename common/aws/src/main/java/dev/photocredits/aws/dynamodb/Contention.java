package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.AccountBusy;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Repeats a write that lost against another one or was throttled: DynamoDB cancels the later of two
 * transactions on the same item, and the SDK does not repeat those. Nothing was written by the one
 * that was cancelled. Waits are drawn evenly from zero to a bound that doubles ("full jitter",
 * Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 */
final class Contention {
  static final Contention DEFAULT =
      new Contention(10, Duration.ofMillis(20), Duration.ofMillis(640), Contention::sleep);

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

  /**
   * Not {@code ThreadLocalRandom}: its seeds are part of a SnapStart snapshot, so that all
   * instances restored from it would wait alike. This one is fed by the operating system.
   */
  private static final SecureRandom JITTER = new SecureRandom();

  private final int attempts;
  private final Duration firstBound;
  private final Duration lastBound;
  private final Pause pause;

  Contention(int attempts, Duration firstBound, Duration lastBound, Pause pause) {
    this.attempts = attempts;
    this.firstBound = firstBound;
    this.lastBound = lastBound;
    this.pause = pause;
  }

  /** Writes; throws {@link AccountBusy} if the last attempt was refused as well. */
  void retry(Runnable write) {
    var bound = firstBound;
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
      pause.last(Duration.ofMillis(JITTER.nextLong(bound.toMillis() + 1)));
      bound = bound.multipliedBy(2).compareTo(lastBound) < 0 ? bound.multipliedBy(2) : lastBound;
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
