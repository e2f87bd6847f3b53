package dev.photocredits.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
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
 * Calls Stripe with a time limit. A call makes at most three attempts with the same idempotency
 * key. Each may take 5 s to connect and 10 s to respond. The call as a whole gives up after 12 s,
 * so that the two calls of a checkout fit into API Gateway's 30 s.
 */
final class StripeCalls {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 10_000;
  private static final int RETRIES = 2;

  /** A host that does not exist (RFC 2606, section 2): an unplugged call of Stripe fails. */
  private static final URI NOWHERE = URI.create("https://stripe.invalid");

  private static final Duration TIMEOUT = Duration.ofSeconds(12);

  private final StripeClient stripe;
  private final Duration timeout;
  private final ExecutorService threads;

  /** Calls Stripe with a given client, on given threads. */
  StripeCalls(StripeClient stripe, Duration timeout, ExecutorService threads) {
    this.stripe = stripe;
    this.timeout = timeout;
    this.threads = threads;
  }

  /** Calls the API at {@code STRIPE_API_BASE} with the key {@code STRIPE_SECRET_KEY}. */
  static StripeCalls of(Environment environment) {
    var api = environment.isUnplugged() ? NOWHERE : url(environment);
    return open(StripeKey.of(environment), api, TIMEOUT);
  }

  /** The API's URL in {@code STRIPE_API_BASE}, or Stripe's. */
  static URI url(Environment environment) {
    return environment.url("STRIPE_API_BASE", StripePayments.API_BASE);
  }

  /**
   * @param timeout the time limit of a call, including all its attempts
   */
  static StripeCalls open(String secretKey, URI apiBase, Duration timeout) {
    var stripe =
        StripeClient.builder()
            .setApiKey(secretKey)
            .setApiBase(withoutTrailingSlash(apiBase))
            .setConnectTimeout(CONNECT_MILLIS)
            .setReadTimeout(READ_MILLIS)
            .setMaxNetworkRetries(RETRIES)
            .build();
    return new StripeCalls(stripe, timeout, Executors.newVirtualThreadPerTaskExecutor());
  }

  /** A call of the Stripe API. */
  interface Call<T> {
    T run(StripeClient stripe) throws Exception;
  }

  /**
   * Makes a call and returns its result. Throws {@link PaymentsUnavailable} if Stripe refuses,
   * fails, does not respond in time, or its response cannot be used.
   *
   * @param what the call in the infinitive, for the log, such as "create a customer"
   */
  <T> T call(String what, Call<T> call) {
    Callable<T> task = () -> call.run(stripe);
    var result = threads.submit(task);
    try {
      return result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      result.cancel(true);
      throw new PaymentsUnavailable("Stripe took too long to " + what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ApiConnectionException noResponse) {
        throw new PaymentsUnavailable("Stripe did not respond when asked to " + what, noResponse);
      }
      if (e.getCause() instanceof StripeException refusal) {
        throw new PaymentsUnavailable(
            "Stripe did not "
                + what
                + ": status "
                + refusal.getStatusCode()
                + (refusal.getCode() == null ? "" : ", code " + refusal.getCode())
                + (refusal.getRequestId() == null ? "" : ", request " + refusal.getRequestId()),
            refusal);
      }
      throw new PaymentsUnavailable("Stripe gave no usable response when asked to " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PaymentsUnavailable("interrupted while waiting for Stripe to " + what, e);
    }
  }

  /** Gets an object or a list, within a call. */
  static StripeJson get(StripeClient stripe, String path) throws StripeException {
    return StripeJson.parse(stripe.rawRequest(RequestMethod.GET, path, null).body());
  }

  private static String withoutTrailingSlash(URI base) {
    var text = base.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}
