package dev.photocredits.audit;

import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.NothingUnderWay;
import dev.photocredits.audit.AuditOutcome.Overtaken;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.Books.Kept;
import dev.photocredits.audit.Books.Kept.Damaged;
import dev.photocredits.audit.Books.Kept.Leftover;
import dev.photocredits.audit.Books.Kept.Mark;
import dev.photocredits.audit.Books.Kept.Money;
import dev.photocredits.audit.Books.Kept.Owner;
import dev.photocredits.audit.Books.Unreadable;
import dev.photocredits.audit.Position.Segment;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.credits.Email;
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
 * Folds the transactions of every user and compares the result with what is stored. It changes no
 * account, and others may go on writing.
 *
 * <p>An audit takes as many runs as it needs. A run reads the next page of each segment, all at
 * once, and then saves the position: so a crash loses one page of each segment, which the next run
 * reads again. An account is read once, when the scan meets its profile; marks and payments are
 * judged as they are met.
 */
public final class Audit {
  /** How often something is read that moves while it is read. */
  private static final int READS = 5;

  private final Books books;
  private final Positions positions;
  private final int segments;
  private final ExecutorService threads;
  private final InstantSource clock;

  /**
   * @param segments how many parts a new audit divides the store into; one that is under way keeps
   *     its own number
   * @param threads reads the segments side by side; one thread for each
   */
  public Audit(
      Books books,
      Positions positions,
      int segments,
      ExecutorService threads,
      InstantSource clock) {
    this.books = books;
    this.positions = positions;
    this.segments = segments;
    this.threads = threads;
    this.clock = clock;
  }

  /**
   * Is told of what an audit finds, before the position is saved: a run that crashes in between
   * makes the next one tell it again. Nothing that has been counted is left untold.
   */
  public interface Listener {

    /** Something does not add up; the tally counts it. */
    void differs(Discrepancy discrepancy);

    /** An account was written to during every read: it is not judged, and the tally says so. */
    void isUnsettled(Email owner);

    /** Everything has been judged. */
    void completed(Tally tally);
  }

  /**
   * Goes on with the audit that is under way, or begins one. Two runs at once do no harm: one of
   * them ends as {@link Overtaken}.
   *
   * @param deadline after which no further account is begun; what a run has read of a page by then
   *     is read again
   */
  public AuditOutcome run(Instant deadline, Listener listener) {
    var saved = positions.find();
    var now = clock.instant();
    return goOn(
        saved
            .filter(position -> position.isUnderWay(now))
            .orElseGet(() -> Position.start(saved.map(Position::version).orElse(0), segments, now)),
        deadline,
        listener);
  }

  /** The same, if an audit is under way; otherwise does nothing. */
  public AuditOutcome resume(Instant deadline, Listener listener) {
    return positions
        .find()
        .filter(position -> position.isUnderWay(clock.instant()))
        .map(position -> goOn(position, deadline, listener))
        .orElseGet(NothingUnderWay::new);
  }

  private AuditOutcome goOn(Position from, Instant deadline, Listener listener) {
    var position = from;
    while (clock.instant().isBefore(deadline)) {
      var round = round(position, deadline);
      round.forEach(page -> page.tell(listener));
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

  /** The next page of each segment. */
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
        case RuntimeException why -> throw why;
        case Error why -> throw why;
        case null, default -> throw new IllegalStateException("a page cannot be read", e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading", e);
    }
  }

  private Page page(int number, int of, Segment from, Instant deadline) {
    var page = new Page(from);
    if (from.isDone()) {
      return page;
    }
    var scanned = books.scan(number, of, from.after());
    for (var kept : scanned.kept()) {
      if (!clock.instant().isBefore(deadline)) {
        return new Page(from);
      }
      judge(kept, page);
    }
    page.segment = Segment.upTo(scanned.next());
    return page;
  }

  private void judge(Kept kept, Page page) {
    switch (kept) {
      case Owner(var owner) -> {
        page.accounts++;
        account(owner, page);
      }
      case Leftover(var owner) -> {
        if (!books.hasProfile(owner)) {
          account(owner, page);
        }
      }
      case Mark(var mark) ->
          judge(
              mark.owner(), () -> books.entry(mark), entry -> Discrepancies.of(mark, entry), page);
      case Money(var payment) -> {
        var grant = payment.grant();
        if (grant == null) {
          page.discrepancies.addAll(Discrepancies.of(payment));
        } else {
          judge(
              grant.owner(),
              () -> books.mark(grant.session()),
              mark -> Discrepancies.of(payment, grant, mark),
              page);
        }
      }
      case Damaged(var what) -> page.discrepancies.add(new Discrepancy(null, what));
    }
  }

  private void account(Email owner, Page page) {
    judge(owner, () -> books.account(owner), Discrepancies::of, page);
  }

  /** Judges what is read once it adds up, or is the same twice. */
  private static <T> void judge(
      Email owner, Supplier<T> read, Function<T, List<Discrepancy>> judge, Page page) {
    @Nullable T before = null;
    for (var reads = 0; reads < READS; reads++) {
      T now;
      try {
        now = read.get();
      } catch (Unreadable e) {
        page.discrepancies.add(new Discrepancy(owner, String.valueOf(e.getMessage())));
        return;
      }
      var found = judge.apply(now);
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

  /** What has come of a page; written by one thread. */
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

    void tell(Listener listener) {
      discrepancies.forEach(listener::differs);
      unsettled.forEach(listener::isUnsettled);
    }
  }
}
