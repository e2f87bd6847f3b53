package dev.photocredits.aws;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;

/**
 * How long the calls of an AWS client may take, with up to three attempts each, as in the SDK's
 * standard retry mode.
 *
 * <p>All clients share the threads that end late calls. By default, each client creates five of its
 * own, which are never released unless the client is closed.
 *
 * @param attempt the longest time of an attempt
 * @param call the longest time of a call: its attempts and the delays between them
 */
public record CallTimeouts(Duration attempt, Duration call) {
  private static final int ATTEMPTS = 3;

  /** As many as the SDK creates for one client: ending a call may block on its connection. */
  private static final int THREADS = 5;

  private static final ScheduledExecutorService SCHEDULER = scheduler();

  private static ScheduledExecutorService scheduler() {
    var scheduler =
        new ScheduledThreadPoolExecutor(
            THREADS, Thread.ofPlatform().daemon().name("aws-call-timeouts-", 0).factory());
    // Otherwise the timeouts of calls that have ended would stay in memory until they expire.
    scheduler.setRemoveOnCancelPolicy(true);
    return scheduler;
  }

  /** Sets the timeouts and the retries of a client. */
  public void applyTo(ClientOverrideConfiguration.Builder client) {
    client
        .apiCallAttemptTimeout(attempt)
        .apiCallTimeout(call)
        .scheduledExecutorService(SCHEDULER)
        .retryStrategy(FullJitter.retries(ATTEMPTS));
  }
}
