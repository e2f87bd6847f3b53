package dev.photocredits.aws;

import java.security.SecureRandom;
import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * Delays before retries, chosen uniformly at random from zero to a bound that doubles with each
 * attempt ("full jitter", Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 *
 * <p>The SDK's own strategies use {@code ThreadLocalRandom}. Its seeds are part of a SnapStart
 * snapshot, so all instances restored from one would wait alike. These delays use the operating
 * system's random numbers, which differ for each instance.
 *
 * @param firstBound the longest delay before the second attempt
 * @param lastBound the longest delay before any attempt
 */
public record FullJitter(Duration firstBound, Duration lastBound) implements BackoffStrategy {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The bounds of the SDK's standard retry mode: 100 ms doubling, 20 s at most. */
  private static final FullJitter SDK =
      new FullJitter(Duration.ofMillis(100), Duration.ofSeconds(20));

  /** The SDK's standard retry mode with these delays. */
  public static StandardRetryStrategy retries(int attempts) {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(attempts)
        .backoffStrategy(SDK)
        .throttlingBackoffStrategy(SDK)
        .build();
  }

  /**
   * The delay after an attempt.
   *
   * @param attempt the number of attempts so far, at least 1
   */
  @Override
  public Duration computeDelay(int attempt) {
    var bound = firstBound.toMillis();
    for (var doubled = 1; doubled < attempt && bound < lastBound.toMillis(); doubled++) {
      bound *= 2;
    }
    return Duration.ofMillis(RANDOM.nextLong(Math.min(bound, lastBound.toMillis()) + 1));
  }
}
