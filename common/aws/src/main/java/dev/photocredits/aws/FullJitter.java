package dev.photocredits.aws;

import java.security.SecureRandom;
import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * Waits before another attempt, drawn evenly from zero to a bound that doubles with each attempt
 * ("full jitter", Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 *
 * <p>The SDK's own strategies draw from {@code ThreadLocalRandom}. Its seeds are part of a
 * SnapStart snapshot, so that all instances restored from one would wait alike. These waits are
 * drawn from the operating system, which differs for each instance.
 *
 * @param firstBound the longest wait before the second attempt
 * @param lastBound the longest wait before any attempt
 */
public record FullJitter(Duration firstBound, Duration lastBound) implements BackoffStrategy {
  private static final SecureRandom CHANCE = new SecureRandom();

  /** As long as the SDK's own waits (its standard retry mode: 100 ms doubling, 20 s at most). */
  private static final FullJitter SDK =
      new FullJitter(Duration.ofMillis(100), Duration.ofSeconds(20));

  /** For a client of the SDK: its standard retry mode but for these waits. */
  public static StandardRetryStrategy retries(int attempts) {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(attempts)
        .backoffStrategy(SDK)
        .throttlingBackoffStrategy(SDK)
        .build();
  }

  /**
   * The wait after so many attempts.
   *
   * @param attempt at least 1
   */
  @Override
  public Duration computeDelay(int attempt) {
    var bound = firstBound.toMillis();
    for (var doubled = 1; doubled < attempt && bound < lastBound.toMillis(); doubled++) {
      bound *= 2;
    }
    return Duration.ofMillis(CHANCE.nextLong(Math.min(bound, lastBound.toMillis()) + 1));
  }
}
