package dev.photocredits.lambda;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Holds the wiring of a function and adapts it to SnapStart.
 *
 * <p>Before Lambda takes the snapshot from which all instances start, the function is primed: it
 * runs its request paths until they are compiled, so that the snapshot contains the result. After
 * each restore the settings are read and the wiring is created anew, because the connections,
 * secrets and seeds of a snapshot are old, and the same in each of its copies (docs/adr/0013). From
 * time to time the settings are read again, so that a secret can be rotated; only changed settings
 * lead to a new wiring (docs/adr/0016).
 *
 * @param <W> the type of the function's wiring
 */
public final class SnapStart<W> implements Resource {
  /** The same time for which Lambda's own extension for secrets caches one. */
  private static final Duration SETTINGS_LIFETIME = Duration.ofMinutes(5);

  /** The time until settings that could not be read are read again. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** How often priming creates a new wiring: what a restore does, and its first answer. */
  private static final int WIRINGS = 3;

  /** The longest time for compiling. Lambda allows 130 s for an init that ends in a snapshot. */
  private static final Duration COMPILATION = Duration.ofSeconds(10);

  /** The compilers count as idle if they have compiled nothing for this time. */
  private static final Duration IDLE = Duration.ofMillis(500);

  /** A wiring, the settings that it was created from, and when these have to be read again. */
  private record Wired<W>(Environment settings, W wiring, Instant until) {}

  private static final Optional<String> SNAP_START = Optional.of("snap-start");

  private final Log log;
  private final Environment variables;
  private final Function<Environment, Supplier<Environment>> open;
  private final Function<Environment, W> wire;
  private final Priming<W> priming;
  private volatile Supplier<Environment> source;
  private volatile Wired<W> wired;

  private SnapStart(
      Log log,
      Environment variables,
      Function<Environment, Supplier<Environment>> open,
      Function<Environment, W> wire,
      Priming<W> priming) {
    this.log = log;
    this.variables = variables;
    this.open = open;
    this.wire = wire;
    this.priming = priming;
    source = open.apply(variables);
    wired = wired(source.get());
  }

  /**
   * Creates the wiring now, and again after each restore. The handler must keep a reference to the
   * result, because Lambda's registry of resources holds only weak ones.
   *
   * @param variables the settings in the environment of the process
   * @param open opens the source of the settings. The source completes the variables each time it
   *     is read. It throws {@link InvalidSetting} if it has none to read, and another exception if
   *     it could not be read this time
   */
  public static <W> SnapStart<W> of(
      Log log,
      Environment variables,
      Function<Environment, Supplier<Environment>> open,
      Function<Environment, W> wire,
      Priming<W> priming) {
    var snapStart = new SnapStart<>(log, variables, open, wire, priming);
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
        Priming.none());
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
      wired = settings.equals(wired.settings()) ? kept(SETTINGS_LIFETIME) : wired(settings);
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

  private Wired<W> wired(Environment settings) {
    return new Wired<>(settings, wire.apply(settings), end(SETTINGS_LIFETIME));
  }

  private Wired<W> kept(Duration lifetime) {
    return new Wired<>(wired.settings(), wired.wiring(), end(lifetime));
  }

  private Instant end(Duration lifetime) {
    return variables.clock().instant().plus(lifetime);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    prime(COMPILATION);
  }

  /**
   * Primes the function. It never throws, because without priming the first requests are slow, but
   * without a snapshot there would be none.
   *
   * @param longest how long compiling may take
   */
  public void prime(Duration longest) {
    try {
      for (var round = 0; round < WIRINGS; round++) {
        wired = connected();
        priming.calls().accept(wired.wiring());
        priming.reads().accept(wired.wiring());
      }
      compile(longest);
    } catch (RuntimeException e) {
      log.write(
          "WARN",
          variables.clock().instant(),
          Map.of("priming", "failed", "error", Log.describe(e)),
          Map.of());
    }
  }

  // Runs the function's paths, at least once, until the compilers are idle.
  private void compile(Duration longest) {
    var compilers = ManagementFactory.getCompilationMXBean();
    var plugged = wired;
    var unplugged = wired(plugged.settings().unplugged());
    var begun = System.nanoTime();
    var compiled = -1L;
    var idleSince = begun;
    try {
      do {
        wired = unplugged;
        priming.writes().accept(unplugged.wiring());
        wired = plugged;
        priming.reads().accept(plugged.wiring());
        if (compilers.getTotalCompilationTime() != compiled) {
          compiled = compilers.getTotalCompilationTime();
          idleSince = System.nanoTime();
        }
      } while (System.nanoTime() - begun < longest.toNanos()
          && System.nanoTime() - idleSince < IDLE.toNanos());
    } finally {
      wired = plugged;
    }
  }

  private Wired<W> connected() {
    source = open.apply(variables);
    return wired(source.get());
  }

  /**
   * Creates the wiring anew. If the settings cannot be read this time, it uses those of the
   * snapshot. Throws {@link InvalidSetting}, so that Lambda reports a failed restore, if they are
   * missing or wrong.
   */
  @Override
  public void afterRestore(Context<? extends Resource> context) {
    try {
      wired = connected();
    } catch (InvalidSetting e) {
      throw e;
    } catch (RuntimeException e) {
      report(e);
      wired = wired(wired.settings());
      wired = kept(RETRY);
    }
  }
}
