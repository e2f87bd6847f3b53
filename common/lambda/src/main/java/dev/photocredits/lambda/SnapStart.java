package dev.photocredits.lambda;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Holds the wiring of a function and adapts it to SnapStart.
 *
 * <p>Before Lambda takes the snapshot from which all instances start, the function is primed: its
 * request path runs once, so that the snapshot contains what that loads and connects. After each
 * restore the wiring is created anew, because the connections, secrets and seeds of a snapshot are
 * old, and the same in each of its copies (docs/adr/0013). Wiring with a secret is also renewed
 * from time to time, so that the secret can be rotated.
 *
 * @param <W> the type of the function's wiring
 */
public final class SnapStart<W> implements Resource {
  /** The same time for which Lambda's own extension for secrets caches one. */
  private static final Duration SECRET_LIFETIME = Duration.ofMinutes(5);

  /** The wiring and when it has to be renewed: never, if it has no secret. */
  private record Wired<W>(W wiring, Instant until) {}

  private static final Optional<String> SNAP_START = Optional.of("snap-start");

  private final Log log;
  private final InstantSource clock;
  private final boolean hasSecret;
  private final Supplier<W> wire;
  private final Consumer<W> prime;
  private volatile Wired<W> wired;

  private SnapStart(
      Log log, InstantSource clock, boolean hasSecret, Supplier<W> wire, Consumer<W> prime) {
    this.log = log;
    this.clock = clock;
    this.hasSecret = hasSecret;
    this.wire = wire;
    this.prime = prime;
    this.wired = wired(wire.get());
  }

  /**
   * Creates the wiring now, and again after each restore. The handler must keep a reference to the
   * result, because Lambda's registry of resources holds only weak ones.
   *
   * @param hasSecret whether the wiring uses a secret, which may change
   * @param prime runs the function's request path without writing anything
   */
  public static <W> SnapStart<W> of(
      Log log, InstantSource clock, boolean hasSecret, Supplier<W> wire, Consumer<W> prime) {
    var snapStart = new SnapStart<>(log, clock, hasSecret, wire, prime);
    // Without SnapStart there are no calls, and registering would load the library for nothing.
    if (Environment.ofProcess().find("AWS_LAMBDA_INITIALIZATION_TYPE").equals(SNAP_START)) {
      Core.getGlobalContext().register(snapStart);
    }
    return snapStart;
  }

  /** Whether the settings name a secret. */
  public static boolean hasSecret(Environment environment) {
    return environment.find("SECRET_ID").isPresent();
  }

  /** The current wiring. Callers get it anew for each request. */
  public W now() {
    if (!clock.instant().isBefore(wired.until())) {
      renew();
    }
    return wired.wiring();
  }

  private void renew() {
    try {
      wired = wired(wire.get());
    } catch (RuntimeException e) {
      // The old wiring works for as long as its secret does.
      log.attention(
          clock.instant(), Map.of("renewal", "failed", "error", Log.describe(e)), Map.of());
      wired = wired(wired.wiring());
    }
  }

  private Wired<W> wired(W wiring) {
    return new Wired<>(wiring, hasSecret ? clock.instant().plus(SECRET_LIFETIME) : Instant.MAX);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    try {
      prime.accept(wired.wiring());
    } catch (RuntimeException e) {
      // Without priming, the first requests are slow. If this threw, there would be no snapshot to
      // run.
      log.write(
          "WARN", clock.instant(), Map.of("priming", "failed", "error", Log.describe(e)), Map.of());
    }
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    wired = wired(wire.get());
  }
}
