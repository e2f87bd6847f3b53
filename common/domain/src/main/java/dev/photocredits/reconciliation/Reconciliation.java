package dev.photocredits.reconciliation;

import static java.util.Objects.requireNonNullElse;

import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.payments.PaymentNotification.DisputeChanged;
import dev.photocredits.payments.PaymentNotification.MoneyReturned;
import dev.photocredits.payments.PaymentNotification.Nothing;
import dev.photocredits.payments.PaymentNotification.Paid;
import dev.photocredits.payments.PaymentNotification.Unusable;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.reconciliation.Checkpoints.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the provider's events since the last run with the ledger, and does what webhooks that
 * never arrived would have done. A repeat changes nothing.
 *
 * <p>An event that cannot be handled does not stop the others. It is kept in {@link OpenEvents}.
 * Each run tries it again, by asking the provider for the event's object, until it succeeds or an
 * operator closes it. The checkpoint only passes events that are handled or kept. A run that cannot
 * list events, or cannot keep one, or that sees {@value #OUTAGE} new failures in a row, ends early;
 * the next run starts from the last checkpoint.
 */
public final class Reconciliation {
  /** How far back the first run looks: as long as Stripe keeps events. */
  private static final Duration EVENT_RETENTION = Duration.ofDays(30);

  /** How much each interval overlaps the one before, because clocks differ and lists lag. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  /**
   * This many consecutive events that fail for the first time count as an outage: the run ends and
   * keeps no more of them. Events that are already kept do not count, so the next run passes that
   * many bad events.
   */
  private static final int OUTAGE = 10;

  /** How many open events a run reads. */
  private static final int MOST_OPEN = 1000;

  private final PaymentHistory history;
  private final Checkpoints checkpoints;
  private final OpenEvents events;
  private final Fulfilment fulfilment;
  private final InstantSource clock;

  public Reconciliation(
      PaymentHistory history,
      Checkpoints checkpoints,
      OpenEvents events,
      Fulfilment fulfilment,
      InstantSource clock) {
    this.history = history;
    this.checkpoints = checkpoints;
    this.events = events;
    this.fulfilment = fulfilment;
    this.clock = clock;
  }

  /**
   * The result of a run, even of one that ended early.
   *
   * @param granted how many sessions were granted that no webhook had granted
   * @param sold the credits of those sessions
   * @param reversed how many updates were recorded that no webhook had recorded
   * @param creditsReversed the credits that were withdrawn or became debt, less those that were
   *     returned
   * @param attention the events that this run opened for an operator, each with its problem
   * @param failures the exceptions of the events that this run opened because they failed
   * @param open the open events after the run, at most 1000
   * @param hasMore whether the next run must continue with the same interval
   * @param failure what ended the run early; null if nothing did
   */
  public record Reconciled(
      int granted,
      int sold,
      int reversed,
      int creditsReversed,
      List<String> attention,
      List<RuntimeException> failures,
      List<OpenEvent> open,
      boolean hasMore,
      @Nullable RuntimeException failure) {
    public Reconciled {
      attention = List.copyOf(attention);
      failures = List.copyOf(failures);
      open = List.copyOf(open);
    }
  }

  /**
   * Retries the open events, for at most half of the time, and then compares pages of new events.
   * Concurrent runs are safe.
   *
   * @param mostPages how many pages to compare
   * @param deadline no further event is started after it
   */
  public Reconciled run(int mostPages, Instant deadline) {
    var tally = new Tally();
    try {
      retry(deadline, tally);
      tally.hasMore = compareEvents(mostPages, deadline, tally);
    } catch (RuntimeException e) {
      tally.failure = e;
    }
    return finished(tally);
  }

  /**
   * The age of the last moment up to which all events have been compared; empty before the first
   * checkpoint. Some ten minutes right after a complete run.
   */
  public Optional<Duration> lag() {
    return checkpoints
        .find()
        .map(checkpoint -> Duration.between(checkpoint.since(), clock.instant()));
  }

  private Reconciled finished(Tally tally) {
    try {
      tally.open = events.list(MOST_OPEN).items();
    } catch (RuntimeException e) {
      tally.failure = requireNonNullElse(tally.failure, e);
    }
    return tally.result();
  }

  /**
   * Compares all sessions, refunds and disputes that were created since a time with the ledger,
   * including those whose events the provider has deleted. For operators, after a restore of the
   * table or an outage of more than 30 days. Repairs grants of which the table has lost a part. It
   * has no deadline and saves no checkpoint: after a failure it starts over, because a repeat
   * changes nothing.
   */
  public Reconciled since(Instant since) {
    var tally = new Tally();
    tally.repairs = true;
    try {
      for (var kind : PaymentHistory.Kind.values()) {
        compareObjects(kind, since, tally);
      }
      tally.hasMore = false;
    } catch (RuntimeException e) {
      tally.failure = e;
    }
    return finished(tally);
  }

  private void compareObjects(PaymentHistory.Kind kind, Instant since, Tally tally) {
    @Nullable String after = null;
    boolean hasMore;
    do {
      var page = history.objects(kind, since, after);
      for (var listed : page.items()) {
        stopOnOutage(handle(listed.event(), listed::notification, tally), tally);
        after = listed.event().id();
      }
      hasMore = page.hasMore();
    } while (hasMore);
  }

  private void retry(Instant deadline, Tally tally) {
    var now = clock.instant();
    var half = now.plus(Duration.between(now, deadline).dividedBy(2));
    for (var open : events.list(MOST_OPEN).items()) {
      if (!clock.instant().isBefore(half)) {
        return;
      }
      var event = open.event();
      if (open.isHandled()) {
        continue;
      }
      tally.tried.add(event.id());
      if (handle(event, () -> fulfilment.notification(event), tally) == Handling.SETTLED) {
        events.close(event.id(), clock.instant());
      }
    }
  }

  /** Compares new events from the checkpoint on. Returns whether there are more. */
  private boolean compareEvents(int mostPages, Instant deadline, Tally tally) {
    var now = clock.instant();
    var checkpoint =
        checkpoints.find().orElseGet(() -> new Checkpoint(now.minus(EVENT_RETENTION), null, null));
    var since = checkpoint.since();
    var until = requireNonNullElse(checkpoint.until(), now);
    var after = checkpoint.after();
    for (var pages = 0; pages < mostPages && clock.instant().isBefore(deadline); pages++) {
      var page = history.page(since, until, after);
      for (var listed : page.items()) {
        // Handling a single page may take longer than a run.
        if (!clock.instant().isBefore(deadline)) {
          checkpoints.save(new Checkpoint(since, until, after));
          return true;
        }
        after = listed.event().id();
        if (!tally.tried.contains(after)) {
          stopOnOutage(handle(listed.event(), listed::notification, tally), tally);
        }
      }
      if (page.hasMore()) {
        checkpoints.save(new Checkpoint(since, until, after));
        continue;
      }
      checkpoints.save(new Checkpoint(until.minus(OVERLAP), null, null));
      // The interval that an earlier run began is done. Continue with the time since.
      if (!until.isBefore(now)) {
        return false;
      }
      since = until.minus(OVERLAP);
      until = now;
      after = null;
    }
    return true;
  }

  private static void stopOnOutage(Handling handling, Tally tally) {
    tally.inARow =
        switch (handling) {
          case SETTLED, OPENED -> 0;
          case FAILED_AGAIN -> tally.inARow;
          case FAILED -> tally.inARow + 1;
        };
    if (tally.inARow == OUTAGE) {
      throw new IllegalStateException(
          OUTAGE + " consecutive events failed: the provider or the table may be down",
          tally.failures.getLast());
    }
  }

  /** What happened to an event. Every event but a settled one is kept as open. */
  private enum Handling {
    SETTLED,
    OPENED,
    FAILED,
    FAILED_AGAIN
  }

  /**
   * What an operator must look at.
   *
   * @param isHandled whether all consequences of the event are written
   */
  private record Attention(String problem, boolean isHandled) {}

  private Handling handle(
      ProviderEvent event, Supplier<PaymentNotification> notification, Tally tally) {
    Optional<Attention> attention;
    try {
      attention = compare(notification.get(), tally);
    } catch (RuntimeException e) {
      if (!events.open(event, OpenEvent.problem(e), false, clock.instant())) {
        return Handling.FAILED_AGAIN;
      }
      tally.failures.add(new EventFailed(event, e));
      return Handling.FAILED;
    }
    if (attention.isEmpty()) {
      return Handling.SETTLED;
    }
    var problem = attention.get().problem();
    if (events.open(event, problem, attention.get().isHandled(), clock.instant())) {
      tally.attention.add(event + ": " + problem);
    }
    return Handling.OPENED;
  }

  private Optional<Attention> compare(PaymentNotification notification, Tally tally) {
    return switch (notification) {
      case Paid(var session) -> {
        var outcome =
            tally.repairs ? fulfilment.fulfilAndRepair(session) : fulfilment.fulfilLate(session);
        if (outcome instanceof Fulfilled(Granted(var sold, var reversed, _))) {
          tally.granted++;
          tally.sold += sold.value();
          tally.creditsReversed += reversed.value();
        }
        yield Fulfilment.attention(outcome)
            .map(problem -> new Attention(problem, outcome instanceof Fulfilled));
      }
      case MoneyReturned(var update) -> reverse(update, tally);
      case DisputeChanged(var dispute) -> reverse(fulfilment.look(dispute), tally);
      case Unusable(var problem) -> Optional.of(new Attention(problem, false));
      case Nothing _ -> Optional.empty();
    };
  }

  private Optional<Attention> reverse(PaymentUpdate update, Tally tally) {
    var outcome = fulfilment.reverse(update);
    if (outcome instanceof Reversed || outcome instanceof RecordedOnly) {
      tally.reversed++;
    }
    if (outcome instanceof Reversed(_, var worth)) {
      tally.creditsReversed -= worth;
    }
    return Fulfilment.attention(update, outcome).map(problem -> new Attention(problem, true));
  }

  /** An event could not be handled; it is kept, and each run tries it again. */
  private static final class EventFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    EventFailed(ProviderEvent event, RuntimeException cause) {
      super(event + " failed; the next run will retry it", cause);
    }
  }

  private static final class Tally {
    private int granted;
    private int sold;
    private int reversed;
    private int creditsReversed;
    private final Set<String> tried = new HashSet<>();
    private int inARow;
    private boolean hasMore = true;
    private boolean repairs;
    private final List<String> attention = new ArrayList<>();
    private final List<RuntimeException> failures = new ArrayList<>();
    private List<OpenEvent> open = List.of();
    private @Nullable RuntimeException failure;

    Reconciled result() {
      return new Reconciled(
          granted, sold, reversed, creditsReversed, attention, failures, open, hasMore, failure);
    }
  }
}
