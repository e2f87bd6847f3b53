package dev.photocredits.lambda;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * What a function is made of, as SnapStart wants it. Before Lambda takes the snapshot from which
 * all instances start, it is primed: its path is gone once, so that whatever that loads and
 * connects is in the snapshot. After each restore it is made anew, since connections, secrets and
 * seeds of a snapshot are old, and the same in each of its copies (docs/adr/0013).
 *
 * @param <W> the function's wiring
 */
public final class SnapStart<W> implements Resource {
  private final Log log;
  private final Supplier<W> wire;
  private final Consumer<W> prime;
  private volatile W wiring;

  private SnapStart(Log log, Supplier<W> wire, Consumer<W> prime) {
    this.log = log;
    this.wire = wire;
    this.prime = prime;
    this.wiring = wire.get();
  }

  /**
   * Wires now, and again after each restore. Has to be kept by the handler: Lambda's list of those
   * that it calls holds them weakly.
   *
   * @param prime goes the function's path without writing anything
   */
  static <W> SnapStart<W> of(Log log, Supplier<W> wire, Consumer<W> prime) {
    var snapStart = new SnapStart<>(log, wire, prime);
    Core.getGlobalContext().register(snapStart);
    return snapStart;
  }

  /** The wiring, to be asked for with each request. */
  public W now() {
    return wiring;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    try {
      prime.accept(wiring);
    } catch (RuntimeException e) {
      // A function that is not primed is slow at first. Without the snapshot there would be none.
      log.write(Map.of("level", "WARN", "priming", "failed", "error", Log.describe(e)));
    }
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    wiring = wire.get();
  }
}
