package dev.photocredits.functions.sweeper;

import dev.photocredits.audit.Audit;
import dev.photocredits.generation.Sweeper;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.ScheduledHandler;
import dev.photocredits.payments.Reconciliation;
import java.time.Instant;

/**
 * The task {@code sweep}, every minute: gives back what nobody finishes. The task {@code
 * reconcile}, every hour: does what webhooks that never arrived would have done. The task {@code
 * audit}, every day: compares every account with its entries.
 */
public final class SweeperHandler extends ScheduledHandler {
  /** So that a run ends; what is left is swept by the next one. */
  private static final int MOST_GENERATIONS = 1000;

  /** A hundred events each. */
  private static final int MOST_PAGES = 50;

  private final Sweeper sweeper;
  private final Reconciliation reconciliation;
  private final Audit audit;

  public SweeperHandler() {
    this(Environment.ofProcess());
  }

  public SweeperHandler(Environment environment) {
    this(new Wiring(environment));
  }

  private SweeperHandler(Wiring wiring) {
    super(wiring.log, wiring.clock);
    this.sweeper = wiring.sweeper;
    this.reconciliation = wiring.reconciliation;
    this.audit = wiring.audit;
  }

  @Override
  protected Report run(String task, Instant deadline) {
    return switch (task) {
      case "sweep" -> sweep(deadline);
      case "reconcile" -> reconcile(deadline);
      case "audit" -> audit(deadline);
      default -> throw new IllegalArgumentException("no such task: " + task);
    };
  }

  private Report sweep(Instant deadline) {
    var swept = sweeper.sweep(MOST_GENERATIONS, deadline);
    return new Report(
        Json.object("refunded", swept.refunded(), "has_more", swept.hasMore()), swept.failures());
  }

  private Report audit(Instant deadline) {
    var audited = audit.run(deadline);
    return new Report(
        Json.object(
            "accounts", audited.accounts(),
            "differences", audited.differences().size(),
            "unsettled", audited.unsettled(),
            "complete", audited.isComplete()),
        audited.differences().stream()
            .map(found -> Log.user(found.owner()) + ": " + found.what())
            .toList());
  }

  private Report reconcile(Instant deadline) {
    var reconciled = reconciliation.run(MOST_PAGES, deadline);
    return new Report(
        Json.object(
            "granted", reconciled.granted(),
            "reversed", reconciled.reversed(),
            "has_more", reconciled.hasMore()),
        reconciled.unusable());
  }
}
