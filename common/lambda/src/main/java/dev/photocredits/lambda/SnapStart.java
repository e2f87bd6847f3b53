package dev.photocredits.lambda;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Holds the wiring of a function and adapts it to SnapStart.
 *
 * <p>Before Lambda takes the snapshot from which all instances start, the function is primed: its
 * request path runs once, so that the snapshot contains what that loads and connects. After each
 * restore the settings are read and the wiring is created anew, because the connections, secrets
 * and seeds of a snapshot are old, and the same in each of its copies (docs/adr/0013). From time to
 * time the settings are read again, so that a secret can be rotated; only changed settings lead to
 * a new wiring (docs/adr/0016).
 *
 * @param <W> the type of the function's wiring
 */
public final class SnapStart<W> implements Resource {
  /** The same time for which Lambda's own extension for secrets caches one. */
  private static final Duration SETTINGS_LIFETIME = Duration.ofMinutes(5);

  /** The time until settings that could not be read are read again. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** A wiring, the settings that it was created from, and when these have to be read again. */
  private record Wired<W>(Environment settings, W wiring, Instant until) {}

  private static final Optional<String> SNAP_START = Optional.of("snap-start");

  private final Log log;
  private final Environment variables;
  private final Function<Environment, Supplier<Environment>> open;
  private final Function<Environment, W> wire;
  private final Consumer<W> prime;
  private volatile Supplier<Environment> source;
  private volatile Wired<W> wired;

  private SnapStart(
      Log log,
      Environment variables,
      Function<Environment, Supplier<Environment>> open,
      Function<Environment, W> wire,
      Consumer<W> prime) {
    this.log = log;
    this.variables = variables;
    this.open = open;
    this.wire = wire;
    this.prime = prime;
    source = open.apply(variables);
    wired = wired(source.get(), SETTINGS_LIFETIME);
  }

  /**
   * Creates the wiring now, and again after each restore. The handler must keep a reference to the
   * result, because Lambda's registry of resources holds only weak ones.
   *
   * @param variables the settings in the environment of the process
   * @param open opens the source of the settings. The source completes the variables each time it
   *     is read. It throws {@link InvalidSetting} if it has none to read, and another exception if
   *     it could not be read this time
   * @param prime runs the function's request path without writing anything
   */
  public static <W> SnapStart<W> of(
      Log log,
      Environment variables,
      Function<Environment, Supplier<Environment>> open,
      Function<Environment, W> wire,
      Consumer<W> prime) {
    var snapStart = new SnapStart<>(log, variables, open, wire, prime);
    // Without SnapStart there are no calls, and registering would load the library for nothing.
    if (Environment.ofProcess().find("AWS_LAMBDA_INITIALIZATION_TYPE").equals(SNAP_START)) {
      Core.getGlobalContext().register(snapStart);
    }
    return snapStart;
  }

  /** A wiring that never changes, for tests. */
  public static <W> SnapStart<W> of(W wiring) {
    return new SnapStart<>(
        Log.discarding(),
        new Environment(Map.of()),
        variables -> () -> variables,
        _ -> wiring,
        _ -> {});
  }

  /** The current wiring. Callers get it anew for each request. */
  public W now() {
    if (!variables.clock().instant().isBefore(wired.until())) {
      renew();
    }
    return wired.wiring();
  }

  // Whatever the reason of a failure, the old wiring works for as long as its secret does.
  private void renew() {
    try {
      var settings = source.get();
      wired =
          settings.equals(wired.settings())
              ? kept(SETTINGS_LIFETIME)
              : wired(settings, SETTINGS_LIFETIME);
    } catch (RuntimeException e) {
      report(e);
      wired = kept(RETRY);
    }
  }

  private void report(RuntimeException failure) {
    log.attention(
        variables.clock().instant(),
        Map.of("renewal", "failed", "error", Log.describe(failure)),
        Map.of());
  }

  private Wired<W> wired(Environment settings, Duration lifetime) {
    return new Wired<>(settings, wire.apply(settings), end(lifetime));
  }

  private Wired<W> kept(Duration lifetime) {
    return new Wired<>(wired.settings(), wired.wiring(), end(lifetime));
  }

  private Instant end(Duration lifetime) {
    return variables.clock().instant().plus(lifetime);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    try {
      prime.accept(wired.wiring());
    } catch (RuntimeException e) {
      // Without priming, the first requests are slow. If this threw, there would be no snapshot to
      // run.
      log.write(
          "WARN",
          variables.clock().instant(),
          Map.of("priming", "failed", "error", Log.describe(e)),
          Map.of());
    }
  }

  /**
   * Creates the wiring anew. If the settings cannot be read this time, it uses those of the
   * snapshot. Throws {@link InvalidSetting}, so that Lambda reports a failed restore, if they are
   * missing or wrong.
   */
  @Override
  public void afterRestore(Context<? extends Resource> context) {
    source = open.apply(variables);
    try {
      wired = wired(source.get(), SETTINGS_LIFETIME);
    } catch (InvalidSetting e) {
      throw e;
    } catch (RuntimeException e) {
      report(e);
      wired = wired(wired.settings(), RETRY);
    }
  }
}
