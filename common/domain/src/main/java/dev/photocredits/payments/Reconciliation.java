package dev.photocredits.payments;

import static java.util.Objects.requireNonNullElse;

import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.ReversalOutcome.Noted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.payments.Checkpoints.Checkpoint;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.PaymentNews.DisputeChanged;
import dev.photocredits.payments.PaymentNews.Moved;
import dev.photocredits.payments.PaymentNews.Nothing;
import dev.photocredits.payments.PaymentNews.Paid;
import dev.photocredits.payments.PaymentNews.Unusable;
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
 * Compares what the provider told since the last run with the ledger, and does what webhooks that
 * never arrived would have done. A repeat changes nothing.
 *
 * <p>An event that cannot be handled stops no other one. It is kept in {@link OpenEvents}, and each
 * run tries it again, by asking the provider for the event's object, until it succeeds or an
 * operator closes it. The checkpoint passes only events that are handled or kept. A run that cannot
 * list, keep, or handle anything ends early, and the next one begins where the last checkpoint is.
 */
public final class Reconciliation {
  /** How far back the first run looks: as far as Stripe keeps events for. */
  private static final Duration MEMORY = Duration.ofDays(30);

  /** Each stretch begins that much before the last one ended: clocks differ, and lists lag. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  /**
   * So many events that fail for the first time, one after the other, are an outage: the run ends,
   * and keeps no more of them. Events that are kept already do not count, so that as many bad ones
   * in a row are passed by the next run.
   */
  private static final int OUTAGE = 10;

  /** How many open events a run looks at. */
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
   * What a run did, even if it came to no good end.
   *
   * @param granted how many sessions it granted that no webhook had
   * @param sold the credits of those
   * @param reversed how often it reversed or returned credits that no webhook had
   * @param takenBack the credits of those, less what was returned
   * @param attention the events that this run opened for an operator, each with what is wrong
   * @param failures the exceptions of events that this run opened because they failed
   * @param open the events that are open after the run, up to a thousand
   * @param hasMore whether the next run has to go on with the same stretch of time
   * @param failure what ended the run early, if something did
   */
  public record Reconciled(
      int granted,
      int sold,
      int reversed,
      int takenBack,
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
   * Tries the open events again, for half of the time at most, and then compares up to so many
   * pages of events. Several runs at once do no harm.
   *
   * @param deadline after which no further event is begun
   */
  public Reconciled run(int mostPages, Instant deadline) {
    var tally = new Tally();
    try {
      retry(deadline, tally);
      tally.hasMore = compare(mostPages, deadline, tally);
    } catch (RuntimeException e) {
      tally.failure = e;
    }
    return ended(tally);
  }

  private Reconciled ended(Tally tally) {
    try {
      tally.open = events.list(MOST_OPEN).items();
    } catch (RuntimeException e) {
      tally.failure = requireNonNullElse(tally.failure, e);
    }
    return tally.done();
  }

  /**
   * Compares all sessions, refunds and disputes that the provider has since then with the ledger,
   * whether or not it still has their events: for an operator, after a restored table or an outage
   * of more than 30 days. What the table has lost of a grant is healed. It takes as long as it
   * takes, and keeps no place: after a failure it begins anew, since a repeat changes nothing.
   */
  public Reconciled since(Instant since) {
    var tally = new Tally();
    tally.looksAnew = true;
    try {
      for (var kind : PaymentHistory.Kind.values()) {
        compareAll(kind, since, tally);
      }
      tally.hasMore = false;
    } catch (RuntimeException e) {
      tally.failure = e;
    }
    return ended(tally);
  }

  private void compareAll(PaymentHistory.Kind kind, Instant since, Tally tally) {
    @Nullable String after = null;
    boolean hasMore;
    do {
      var page = history.objects(kind, since, after);
      for (var told : page.items()) {
        endIfOut(handle(told.event(), told::news, tally), tally);
        after = told.event().id();
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
      if (handle(event, () -> fulfilment.news(event), tally) == Handling.SETTLED) {
        events.close(event.id(), clock.instant());
      }
    }
  }

  /** Tells whether there is more. */
  private boolean compare(int mostPages, Instant deadline, Tally tally) {
    var now = clock.instant();
    var place = checkpoints.find().orElseGet(() -> new Checkpoint(now.minus(MEMORY), null, null));
    var since = place.since();
    var until = requireNonNullElse(place.until(), now);
    var after = place.after();
    for (var pages = 0; pages < mostPages && clock.instant().isBefore(deadline); pages++) {
      var page = history.page(since, until, after);
      for (var told : page.items()) {
        // A page of events that each take their time may be longer than a run.
        if (!clock.instant().isBefore(deadline)) {
          checkpoints.save(new Checkpoint(since, until, after));
          return true;
        }
        after = told.event().id();
        if (!tally.tried.contains(after)) {
          endIfOut(handle(told.event(), told::news, tally), tally);
        }
      }
      if (page.hasMore()) {
        checkpoints.save(new Checkpoint(since, until, after));
        continue;
      }
      checkpoints.save(new Checkpoint(until.minus(OVERLAP), null, null));
      // What an earlier run had begun is done: now for the time since.
      if (!until.isBefore(now)) {
        return false;
      }
      since = until.minus(OVERLAP);
      until = now;
      after = null;
    }
    return true;
  }

  private static void endIfOut(Handling handling, Tally tally) {
    tally.inARow =
        switch (handling) {
          case SETTLED, OPENED -> 0;
          case FAILED_AGAIN -> tally.inARow;
          case FAILED -> tally.inARow + 1;
        };
    if (tally.inARow == OUTAGE) {
      throw new IllegalStateException(
          OUTAGE + " events failed one after the other", tally.failures.getLast());
    }
  }

  /** What became of an event; each but the first is kept as open. */
  private enum Handling {
    SETTLED,
    OPENED,
    FAILED,
    FAILED_AGAIN
  }

  /** What an operator has to look at, and whether all that follows from the event is written. */
  private record Attention(String problem, boolean isHandled) {}

  private Handling handle(ProviderEvent event, Supplier<PaymentNews> news, Tally tally) {
    Optional<Attention> attention;
    try {
      attention = compare(news.get(), tally);
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

  private Optional<Attention> compare(PaymentNews news, Tally tally) {
    return switch (news) {
      case Paid(var session) -> {
        var outcome =
            tally.looksAnew ? fulfilment.fulfilAnew(session) : fulfilment.fulfilLate(session);
        if (outcome instanceof Fulfilled(Granted(var sold, var reversed, _))) {
          tally.granted++;
          tally.sold += sold.value();
          tally.takenBack += reversed.value();
        }
        yield Fulfilment.attention(outcome)
            .map(problem -> new Attention(problem, outcome instanceof Fulfilled));
      }
      case Moved(var money) -> reverse(money, tally);
      case DisputeChanged(var dispute) -> reverse(fulfilment.look(dispute), tally);
      case Unusable(var problem) -> Optional.of(new Attention(problem, false));
      case Nothing _ -> Optional.empty();
    };
  }

  private Optional<Attention> reverse(MoneyMoved money, Tally tally) {
    var outcome = fulfilment.reverse(money);
    if (outcome instanceof Reversed || outcome instanceof Noted) {
      tally.reversed++;
    }
    if (outcome instanceof Reversed(_, var worth)) {
      tally.takenBack -= worth;
    }
    return Fulfilment.attention(money, outcome).map(problem -> new Attention(problem, true));
  }

  /** An event could not be handled; it is kept, and tried again by each run. */
  private static final class EventFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    EventFailed(ProviderEvent event, RuntimeException cause) {
      super(event + " failed, and will be tried again", cause);
    }
  }

  private static final class Tally {
    private int granted;
    private int sold;
    private int reversed;
    private int takenBack;
    private final Set<String> tried = new HashSet<>();
    private int inARow;
    private boolean hasMore = true;
    private boolean looksAnew;
    private final List<String> attention = new ArrayList<>();
    private final List<RuntimeException> failures = new ArrayList<>();
    private List<OpenEvent> open = List.of();
    private @Nullable RuntimeException failure;

    Reconciled done() {
      return new Reconciled(
          granted, sold, reversed, takenBack, attention, failures, open, hasMore, failure);
    }
  }
}
