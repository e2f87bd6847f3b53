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
 * What a function is made of, as SnapStart wants it. Before Lambda takes the snapshot from which
 * all instances start, it is primed: its path is gone once, so that whatever that loads and
 * connects is in the snapshot. After each restore it is made anew, since connections, secrets and
 * seeds of a snapshot are old, and the same in each of its copies (docs/adr/0013). One with a
 * secret is made anew from time to time, too, so that a secret can be exchanged.
 *
 * @param <W> the function's wiring
 */
public final class SnapStart<W> implements Resource {
  /** As long as Lambda's own extension for secrets keeps one. */
  private static final Duration LIFE_OF_A_SECRET = Duration.ofMinutes(5);

  /** What was wired, and when that is too old; never, without a secret. */
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
   * Wires now, and again after each restore. Has to be kept by the handler: Lambda's list of those
   * that it calls holds them weakly.
   *
   * @param hasSecret whether it is wired with a secret, which may change
   * @param prime goes the function's path without writing anything
   */
  static <W> SnapStart<W> of(
      Log log, InstantSource clock, boolean hasSecret, Supplier<W> wire, Consumer<W> prime) {
    var snapStart = new SnapStart<>(log, clock, hasSecret, wire, prime);
    // Elsewhere nobody would call, and the library would be loaded for nothing.
    if (Environment.ofProcess().find("AWS_LAMBDA_INITIALIZATION_TYPE").equals(SNAP_START)) {
      Core.getGlobalContext().register(snapStart);
    }
    return snapStart;
  }

  /** Whether the settings name a secret. */
  static boolean hasSecret(Environment environment) {
    return environment.find("SECRET_ID").isPresent();
  }

  /** The wiring, to be asked for with each request. */
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
      // What was wired works as long as its secret does.
      log.attention(
          clock.instant(), Map.of("renewal", "failed", "error", Log.describe(e)), Map.of());
      wired = wired(wired.wiring());
    }
  }

  private Wired<W> wired(W wiring) {
    return new Wired<>(wiring, hasSecret ? clock.instant().plus(LIFE_OF_A_SECRET) : Instant.MAX);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    try {
      prime.accept(wired.wiring());
    } catch (RuntimeException e) {
      // A function that is not primed is slow at first. Without the snapshot there would be none.
      log.write(
          "WARN", clock.instant(), Map.of("priming", "failed", "error", Log.describe(e)), Map.of());
    }
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    wired = wired(wire.get());
  }
}
