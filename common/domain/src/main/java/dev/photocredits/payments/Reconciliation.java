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
import java.util.List;

/**
 * Goes through what the provider told since the last run, and does what is missing: for webhooks
 * that never arrived. It is the same as what the webhook does, so that a repeat changes nothing.
 */
public final class Reconciliation {
  /** How far back the first run looks: as far as Stripe keeps events for. */
  private static final Duration MEMORY = Duration.ofDays(30);

  /** Each stretch begins that much before the last one ended: clocks differ, and lists lag. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  private final PaymentHistory history;
  private final Checkpoints checkpoints;
  private final Fulfilment fulfilment;
  private final InstantSource clock;

  public Reconciliation(
      PaymentHistory history, Checkpoints checkpoints, Fulfilment fulfilment, InstantSource clock) {
    this.history = history;
    this.checkpoints = checkpoints;
    this.fulfilment = fulfilment;
    this.clock = clock;
  }

  /**
   * What a run did.
   *
   * @param granted how many sessions it granted that no webhook had
   * @param sold the credits of those
   * @param reversed how often it took back or gave back what no webhook had
   * @param takenBack the credits of those, less what was given back
   * @param attention the ids of events that an operator has to look at, each with what is wrong
   * @param hasMore whether the next run has to go on with the same stretch of time
   */
  public record Reconciled(
      int granted, int sold, int reversed, int takenBack, List<String> attention, boolean hasMore) {
    public Reconciled {
      attention = List.copyOf(attention);
    }
  }

  /**
   * Compares up to so many pages of events. When it throws, what it has done stays done, and the
   * next run begins where the last complete page ended. Several runs at once do no harm.
   *
   * @param deadline after which no further page is begun
   */
  public Reconciled run(int mostPages, Instant deadline) {
    var now = clock.instant();
    var place = checkpoints.find().orElseGet(() -> new Checkpoint(now.minus(MEMORY), null, null));
    var since = place.since();
    var until = requireNonNullElse(place.until(), now);
    var after = place.after();
    var tally = new Tally();
    for (var pages = 0; pages < mostPages && clock.instant().isBefore(deadline); pages++) {
      var page = history.page(since, until, after);
      for (var told : page.items()) {
        compare(told, tally);
        after = told.event();
      }
      if (page.hasMore()) {
        checkpoints.save(new Checkpoint(since, until, after));
        continue;
      }
      checkpoints.save(new Checkpoint(until.minus(OVERLAP), null, null));
      // What an earlier run had begun is done: now for the time since.
      if (!until.isBefore(now)) {
        return tally.done(false);
      }
      since = until.minus(OVERLAP);
      until = now;
      after = null;
    }
    return tally.done(true);
  }

  private void compare(PaymentHistory.Told told, Tally tally) {
    switch (told.news()) {
      case Paid(var session) -> {
        var outcome = fulfilment.fulfilLate(session);
        if (outcome instanceof Fulfilled(Granted(var sold, var reversed, _))) {
          tally.granted++;
          tally.sold += sold.value();
          tally.takenBack += reversed.value();
        }
        Fulfilment.attention(outcome).ifPresent(problem -> tally.raise(told, problem));
      }
      case Moved(var money) -> reverse(told, money, tally);
      case DisputeChanged(var dispute) -> reverse(told, fulfilment.look(dispute), tally);
      case Unusable(var problem) -> tally.raise(told, problem);
      case Nothing _ -> {}
    }
  }

  private void reverse(PaymentHistory.Told told, MoneyMoved money, Tally tally) {
    var outcome = fulfilment.reverse(money);
    if (outcome instanceof Reversed || outcome instanceof Noted) {
      tally.reversed++;
    }
    if (outcome instanceof Reversed(_, var worth)) {
      tally.takenBack -= worth;
    }
    Fulfilment.attention(money, outcome).ifPresent(problem -> tally.raise(told, problem));
  }

  private static final class Tally {
    private int granted;
    private int sold;
    private int reversed;
    private int takenBack;
    private final List<String> attention = new ArrayList<>();

    void raise(PaymentHistory.Told told, String problem) {
      attention.add(told.event() + ": " + problem);
    }

    Reconciled done(boolean hasMore) {
      return new Reconciled(granted, sold, reversed, takenBack, attention, hasMore);
    }
  }
}
