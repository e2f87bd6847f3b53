package dev.photocredits.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import dev.photocredits.lambda.Environment;
import dev.photocredits.payments.PaymentsUnavailable;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls of Stripe that end in time. An attempt may take 5 s to connect and 10 s to answer, and is
 * made three times at most with one idempotency key; a call with all its attempts gives up after 12
 * s, so that the two calls of a checkout fit API Gateway's 30 s.
 */
final class StripeCalls {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 10_000;
  private static final int RETRIES = 2;
  private static final Duration CALL = Duration.ofSeconds(12);

  private final StripeClient stripe;
  private final Duration patience;
  private final ExecutorService threads;

  /** Calls by that client on those threads, which a test may have chosen. */
  StripeCalls(StripeClient stripe, Duration patience, ExecutorService threads) {
    this.stripe = stripe;
    this.patience = patience;
    this.threads = threads;
  }

  /** Calls with {@code STRIPE_SECRET_KEY} of {@code STRIPE_API_BASE}. */
  static StripeCalls of(Environment environment) {
    return open(
        StripeKey.of(environment),
        environment.url("STRIPE_API_BASE", "https://api.stripe.com"),
        CALL);
  }

  /**
   * @param patience for a call and all its attempts
   */
  static StripeCalls open(String secretKey, URI apiBase, Duration patience) {
    var stripe =
        StripeClient.builder()
            .setApiKey(secretKey)
            .setApiBase(withoutTrailingSlash(apiBase))
            .setConnectTimeout(CONNECT_MILLIS)
            .setReadTimeout(READ_MILLIS)
            .setMaxNetworkRetries(RETRIES)
            .build();
    return new StripeCalls(stripe, patience, Executors.newVirtualThreadPerTaskExecutor());
  }

  /** What is asked of Stripe. */
  interface Question<T> {
    T of(StripeClient stripe) throws Exception;
  }

  /**
   * Stripe's answer; throws {@link PaymentsUnavailable} if there is none that can be used.
   *
   * @param what in the infinitive, for the log
   */
  <T> T ask(String what, Question<T> question) {
    Callable<T> call = () -> question.of(stripe);
    var answer = threads.submit(call);
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new PaymentsUnavailable("Stripe took too long to " + what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StripeException refusal) {
        throw new PaymentsUnavailable(
            "Stripe did not %s: status %s, code %s, request %s"
                .formatted(
                    what, refusal.getStatusCode(), refusal.getCode(), refusal.getRequestId()),
            refusal);
      }
      throw new PaymentsUnavailable("Stripe gave no usable answer when asked to " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PaymentsUnavailable("interrupted while asking Stripe to " + what, e);
    }
  }

  private static String withoutTrailingSlash(URI base) {
    var text = base.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}
