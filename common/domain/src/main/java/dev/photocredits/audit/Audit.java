package dev.photocredits.audit;

import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.NotRunning;
import dev.photocredits.audit.AuditOutcome.Overtaken;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.AuditReader.StoredItem;
import dev.photocredits.audit.AuditReader.StoredItem.Damaged;
import dev.photocredits.audit.AuditReader.StoredItem.GrantRecordItem;
import dev.photocredits.audit.AuditReader.StoredItem.Leftover;
import dev.photocredits.audit.AuditReader.StoredItem.PaymentItem;
import dev.photocredits.audit.AuditReader.StoredItem.Profile;
import dev.photocredits.audit.AuditReader.Unreadable;
import dev.photocredits.audit.Position.Segment;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums up the transactions of every user and compares the results with the stored state. It changes
 * no account, and other processes may write meanwhile.
 *
 * <p>An audit takes as many runs as it needs. A run reads the next page of all segments
 * concurrently, and then saves the position. A crash therefore loses one page of each segment,
 * which the next run reads again. An account is checked once, when the scan reaches its profile;
 * grant records and payments are checked when the scan reaches them.
 */
public final class Audit {
  /** How many times an item is read before it counts as unsettled. */
  private static final int READS = 5;

  private final AuditReader auditReader;
  private final Positions positions;
  private final int segments;
  private final ExecutorService threads;
  private final InstantSource clock;

  /**
   * @param segments how many segments a new audit divides the store into; an audit in progress
   *     keeps its number
   * @param threads reads the segments concurrently; needs one thread for each
   */
  public Audit(
      AuditReader auditReader,
      Positions positions,
      int segments,
      ExecutorService threads,
      InstantSource clock) {
    this.auditReader = auditReader;
    this.positions = positions;
    this.segments = segments;
    this.threads = threads;
    this.clock = clock;
  }

  /**
   * Receives what an audit finds, before the position is saved. After a crash in between, the next
   * run reports it again. Everything that is counted is reported.
   */
  public interface Listener {

    /** A discrepancy was found; the tally counts it. */
    void foundDiscrepancy(Discrepancy discrepancy);

    /** The account was written to during every read, so it was not checked; the tally counts it. */
    void foundUnsettled(Email owner);

    /** Everything has been checked. */
    void completed(Tally tally);
  }

  /**
   * Continues the audit in progress, or starts one. Concurrent runs are safe: one of them ends as
   * {@link Overtaken}.
   *
   * @param deadline no further account is started after it; the page in progress is then read again
   *     by the next run
   */
  public AuditOutcome run(Instant deadline, Listener listener) {
    var saved = positions.find();
    var now = clock.instant();
    return advance(
        saved
            .filter(position -> position.isRunning(now))
            .orElseGet(() -> Position.start(saved.map(Position::version).orElse(0), segments, now)),
        deadline,
        listener);
  }

  /** Continues the audit in progress; does nothing if there is none. */
  public AuditOutcome resume(Instant deadline, Listener listener) {
    return positions
        .find()
        .filter(position -> position.isRunning(clock.instant()))
        .map(position -> advance(position, deadline, listener))
        .orElseGet(NotRunning::new);
  }

  private AuditOutcome advance(Position from, Instant deadline, Listener listener) {
    var position = from;
    while (clock.instant().isBefore(deadline)) {
      var round = round(position, deadline);
      round.forEach(page -> page.report(listener));
      var next =
          position.next(
              round.stream().map(Page::segment).toList(),
              round.stream().map(Page::tally).reduce(Tally.NOTHING, Tally::plus),
              clock.instant());
      if (next.segments().equals(position.segments())) {
        break;
      }
      if (next.isComplete()) {
        listener.completed(next.tally());
      }
      if (!positions.save(next)) {
        return new Overtaken();
      }
      if (next.isComplete()) {
        return new Complete(next.tally());
      }
      position = next;
    }
    return new Partial(position.tally());
  }

  /** Checks the next page of each segment. */
  private List<Page> round(Position position, Instant deadline) {
    var from = position.segments();
    var tasks =
        IntStream.range(0, from.size())
            .<Callable<Page>>mapToObj(
                number -> () -> page(number, from.size(), from.get(number), deadline))
            .toList();
    try {
      return threads.invokeAll(tasks).stream().map(Audit::result).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading", e);
    }
  }

  private static Page result(Future<Page> page) {
    try {
      return page.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default ->
            throw new IllegalStateException("a page of the store cannot be read", e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading", e);
    }
  }

  private Page page(int number, int segments, Segment from, Instant deadline) {
    var page = new Page(from);
    if (from.isDone()) {
      return page;
    }
    var scanned = auditReader.scan(number, segments, from.after());
    for (var item : scanned.items()) {
      if (!clock.instant().isBefore(deadline)) {
        return new Page(from);
      }
      check(item, page);
    }
    page.segment = Segment.upTo(scanned.next());
    return page;
  }

  private void check(StoredItem item, Page page) {
    switch (item) {
      case Profile(var owner) -> {
        page.accounts++;
        account(owner, page);
      }
      case Leftover(var owner) -> {
        if (!auditReader.hasProfile(owner)) {
          account(owner, page);
        }
      }
      case GrantRecordItem(var grantRecord) ->
          check(
              grantRecord.owner(),
              () -> auditReader.transaction(grantRecord),
              transaction -> Discrepancies.of(grantRecord, transaction),
              page);
      case PaymentItem(var payment) -> {
        var grant = payment.grant();
        if (grant == null) {
          page.discrepancies.addAll(Discrepancies.of(payment));
        } else {
          check(
              grant.owner(),
              () -> auditReader.grantRecord(grant.session()),
              grantRecord -> Discrepancies.of(payment, grant, grantRecord),
              page);
        }
      }
      case Damaged(var what) -> page.discrepancies.add(new Discrepancy(null, what));
    }
  }

  private void account(Email owner, Page page) {
    check(owner, () -> auditReader.account(owner), Discrepancies::of, page);
  }

  /**
   * Checks an item. A concurrent write may cause a discrepancy that is not real, so the item is
   * read again until it has no discrepancy, or two reads in a row are equal.
   */
  private static <T> void check(
      Email owner, Supplier<T> read, Function<T, List<Discrepancy>> check, Page page) {
    @Nullable T before = null;
    for (var reads = 0; reads < READS; reads++) {
      T now;
      try {
        now = read.get();
      } catch (Unreadable e) {
        page.discrepancies.add(new Discrepancy(owner, String.valueOf(e.getMessage())));
        return;
      }
      var found = check.apply(now);
      if (found.isEmpty()) {
        return;
      }
      if (now.equals(before)) {
        page.discrepancies.addAll(found);
        return;
      }
      before = now;
    }
    page.unsettled.add(owner);
  }

  /** The results for one page; used by one thread. */
  private static final class Page {
    private Segment segment;
    private int accounts;
    private final List<Email> unsettled = new ArrayList<>();
    private final List<Discrepancy> discrepancies = new ArrayList<>();

    Page(Segment from) {
      segment = from;
    }

    Segment segment() {
      return segment;
    }

    Tally tally() {
      return new Tally(accounts, unsettled.size(), discrepancies.size());
    }

    void report(Listener listener) {
      discrepancies.forEach(listener::foundDiscrepancy);
      unsettled.forEach(listener::foundUnsettled);
    }
  }
}
