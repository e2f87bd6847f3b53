package dev.photocredits.functions.sweeper;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.NotRunning;
import dev.photocredits.audit.AuditOutcome.Overtaken;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.credits.Expirations.Expired;
import dev.photocredits.generation.Sweeper.Swept;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.ScheduledHandler;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.reconciliation.OpenEvent;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The scheduled tasks:
 *
 * <ul>
 *   <li>{@code sweep}, every minute, refunds abandoned generations and removes expired credits.
 *   <li>{@code reconcile}, every hour, does what webhooks that never arrived would have done.
 *   <li>{@code audit}, every day, compares every account with its transactions. An audit takes as
 *       many runs as it needs, and a schedule of its own resumes it.
 * </ul>
 */
public final class SweeperHandler extends ScheduledHandler {
  /** Bounds a run; the next run sweeps the rest. */
  private static final int MOST_GENERATIONS = 1000;

  private static final int MOST_USERS = 1000;

  /** Pages of up to a hundred events. */
  private static final int MOST_PAGES = 50;

  /** How many open events the log line names; a command lists all of them. */
  private static final int MOST_LISTED = 20;

  private final Reporter reporter = new Reporter();
  private final SnapStart<Wiring> wiring;

  public SweeperHandler() {
    this(Environment.ofProcess());
  }

  public SweeperHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(
            Wiring.variables(environment), Wiring::settings, Wiring::of, Priming.of(Wiring::prime));
  }

  /** For tests, which pass their own wiring. */
  SweeperHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = SnapStart.of(wired);
  }

  @Override
  protected Report run(Task task, Instant deadline) {
    return switch (task.name()) {
      case "sweep" -> sweep(deadline);
      case "reconcile" -> reconcile(deadline);
      case "audit" -> audit(task.resumes(), deadline);
      default -> throw new IllegalArgumentException("no such task: " + task.name());
    };
  }

  // A step that fails does not prevent the next one, and sweeping leaves time for expiring.
  private Report sweep(Instant deadline) {
    var now = wiring.now().clock.instant();
    var half = now.plus(Duration.between(now, deadline).dividedBy(2));
    var failed = new ArrayList<RuntimeException>();
    var oldest =
        tried(
            () -> Optional.of(wiring.now().sweeper.oldestPending()),
            Optional.<Duration>empty(),
            failed);
    var swept =
        tried(
            () -> wiring.now().sweeper.sweep(MOST_GENERATIONS, half),
            new Swept(0, Credits.NONE, List.of(), true),
            failed);
    var expired =
        tried(
            () -> wiring.now().expirations.run(MOST_USERS, deadline),
            new Expired(Credits.NONE, List.of(), true),
            failed);
    var openErasures =
        tried(
            () -> Optional.of(wiring.now().openErasures(MOST_USERS)),
            Optional.<Integer>empty(),
            failed);
    var metrics = new EnumMap<Metric, Object>(Metric.class);
    metrics.put(Metric.RUNS, 1L);
    metrics.put(Metric.GENERATIONS_ABANDONED, (long) swept.refunded());
    metrics.put(Metric.CREDITS_REFUNDED, (long) swept.credits().value());
    metrics.put(Metric.CREDITS_EXPIRED, (long) expired.credits().value());
    oldest.ifPresent(age -> metrics.put(Metric.PENDING_AGE_SECONDS, age.toSeconds()));
    openErasures.ifPresent(erasures -> metrics.put(Metric.ERASURES_OPEN, (long) erasures));
    return new Report(
        Json.object(
            "refunded", swept.refunded(),
            "expired", expired.credits().value(),
            "has_more", swept.hasMore() || expired.hasMore()),
        metrics,
        Stream.concat(swept.failures().stream(), expired.failures().stream()).toList(),
        failed.isEmpty() ? null : failed.getFirst());
  }

  private static <T> T tried(Supplier<T> task, T otherwise, List<RuntimeException> failed) {
    try {
      return task.get();
    } catch (RuntimeException e) {
      failed.add(e);
      return otherwise;
    }
  }

  private Report audit(boolean resumes, Instant deadline) {
    var audit = wiring.now().audit;
    var counts =
        switch (resumes ? audit.resume(deadline, reporter) : audit.run(deadline, reporter)) {
          case Complete(var tally) -> counts(tally, true);
          case Partial(var tally) -> counts(tally, false);
          case Overtaken _ -> Json.object("overtaken", true);
          case NotRunning _ -> Json.object("under_way", false);
        };
    return new Report(counts, Map.of(), List.of());
  }

  private static Map<String, @Nullable Object> counts(Tally tally, boolean isComplete) {
    return Json.object(
        "accounts", tally.accounts(),
        "discrepancies", tally.discrepancies(),
        "unsettled", tally.unsettled(),
        "complete", isComplete);
  }

  /** Logs what an audit finds as soon as it finds it: a later run may complete the audit. */
  private final class Reporter implements Audit.Listener {
    @Override
    public void foundDiscrepancy(Discrepancy found) {
      var owner = found.owner();
      logAttention(
          Json.object(
              "task",
              "audit",
              "user",
              owner == null ? null : Log.user(wiring.now().digestKey, owner),
              "alarm",
              found.what()));
    }

    @Override
    public void foundUnsettled(Email owner) {
      logAttention(
          Json.object(
              "task", "audit",
              "user", Log.user(wiring.now().digestKey, owner),
              "alarm", "the account was written to during every read, so it was not audited"));
    }

    @Override
    public void completed(Tally tally) {
      var line = new LinkedHashMap<String, @Nullable Object>();
      line.put("task", "audit");
      line.putAll(counts(tally, true));
      logInfo(line, Map.of(Metric.RUNS, 1L, Metric.AUDIT_DIFFERENCES, tally.discrepancies()));
    }
  }

  private Report reconcile(Instant deadline) {
    var reconciled = wiring.now().reconciliation.run(MOST_PAGES, deadline);
    var failed = new ArrayList<RuntimeException>();
    var lag = tried(() -> wiring.now().reconciliation.lag(), Optional.<Duration>empty(), failed);
    var metrics = new EnumMap<Metric, Object>(Metric.class);
    metrics.put(Metric.RUNS, 1L);
    metrics.put(Metric.CREDITS_SOLD, (long) reconciled.sold());
    metrics.put(Metric.CREDITS_REVERSED, (long) reconciled.creditsReversed());
    metrics.put(Metric.EVENTS_OPEN, (long) reconciled.open().size());
    lag.ifPresent(age -> metrics.put(Metric.RECONCILIATION_LAG_SECONDS, age.toSeconds()));
    return new Report(
        Json.object(
            "granted", reconciled.granted(),
            "reversed", reconciled.reversed(),
            "open", reconciled.open().stream().limit(MOST_LISTED).map(OpenEvent::toString).toList(),
            "has_more", reconciled.hasMore()),
        metrics,
        Stream.concat(reconciled.attention().stream(), reconciled.failures().stream()).toList(),
        reconciled.failure() == null && !failed.isEmpty()
            ? failed.getFirst()
            : reconciled.failure());
  }
}
