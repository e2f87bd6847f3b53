package dev.photocredits.functions.sweeper;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.ScheduledHandler;
import dev.photocredits.lambda.SnapStart;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The task {@code sweep}, every minute: gives back what nobody finishes, and takes what has
 * expired. The task {@code reconcile}, every hour: does what webhooks that never arrived would have
 * done. The task {@code audit}, every day: compares every account with its entries.
 */
public final class SweeperHandler extends ScheduledHandler {
  /** So that a run ends; what is left is swept by the next one. */
  private static final int MOST_GENERATIONS = 1000;

  private static final int MOST_USERS = 1000;

  /** A hundred events each. */
  private static final int MOST_PAGES = 50;

  private final SnapStart<Wiring> wiring;

  public SweeperHandler() {
    this(Environment.ofProcess());
  }

  public SweeperHandler(Environment environment) {
    super(environment);
    wiring = snapStart(() -> Wiring.of(environment), Wiring::prime);
  }

  /** For tests that bring the wiring. */
  SweeperHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = snapStart(() -> wired, Wiring::prime);
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
    var oldest = wiring.now().sweeper.oldestPending();
    var swept = wiring.now().sweeper.sweep(MOST_GENERATIONS, deadline);
    var expired = wiring.now().expirations.run(MOST_USERS, deadline);
    return new Report(
        Json.object(
            "refunded", swept.refunded(),
            "expired", expired.credits().value(),
            "has_more", swept.hasMore() || expired.hasMore()),
        Map.of(
            Metric.PENDING_AGE_SECONDS, oldest.toSeconds(),
            Metric.GENERATIONS_ABANDONED, (long) swept.refunded(),
            Metric.CREDITS_REFUNDED, (long) swept.credits().value(),
            Metric.CREDITS_EXPIRED, (long) expired.credits().value()),
        Stream.concat(swept.failures().stream(), expired.failures().stream()).toList());
  }

  private Report audit(Instant deadline) {
    var audited = wiring.now().audit.run(deadline);
    var alarms = new ArrayList<String>();
    for (var found : audited.differences()) {
      alarms.add(Log.user(found.owner()) + ": " + found.what());
    }
    if (!audited.isComplete()) {
      alarms.add("there was no time for all accounts");
    }
    return new Report(
        Json.object(
            "accounts", audited.accounts(),
            "differences", audited.differences().size(),
            "unsettled", audited.unsettled(),
            "complete", audited.isComplete()),
        Map.of(Metric.AUDIT_DIFFERENCES, (long) audited.differences().size()),
        alarms);
  }

  private Report reconcile(Instant deadline) {
    var reconciled = wiring.now().reconciliation.run(MOST_PAGES, deadline);
    return new Report(
        Json.object(
            "granted", reconciled.granted(),
            "reversed", reconciled.reversed(),
            "has_more", reconciled.hasMore()),
        Map.of(
            Metric.CREDITS_SOLD, (long) reconciled.sold(),
            Metric.CREDITS_REVERSED, (long) reconciled.takenBack()),
        reconciled.attention());
  }
}
