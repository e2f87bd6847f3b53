package dev.photocredits.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.Books.Kept;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.credits.Email;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Audits that have all the time that they need. */
public final class WholeAudit {
  /** One for each segment. */
  public static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private WholeAudit() {}

  /** Everything that does not add up; fails if an account cannot be judged. */
  public static List<Discrepancy> of(Books books) {
    var heard = new Heard();
    var audit =
        new Audit(books, Positions.inMemory(), 2, THREADS, InstantSource.fixed(Instant.EPOCH));

    var outcome = audit.run(Instant.MAX, heard);

    assertThat(outcome).isInstanceOf(Complete.class);
    assertThat(heard.unsettled).isEmpty();
    return List.copyOf(heard.discrepancies);
  }

  /** Everything that a scan meets. */
  public static List<Kept> scan(Books books) {
    var all = new ArrayList<Kept>();
    @Nullable String after = null;
    do {
      var page = books.scan(0, 1, after);
      all.addAll(page.kept());
      after = page.next();
    } while (after != null);
    return all;
  }

  /** All that audits tell. */
  public static final class Heard implements Audit.Listener {
    public final List<Discrepancy> discrepancies = new ArrayList<>();
    public final List<Email> unsettled = new ArrayList<>();
    public final List<Tally> completed = new ArrayList<>();

    @Override
    public void differs(Discrepancy discrepancy) {
      discrepancies.add(discrepancy);
    }

    @Override
    public void isUnsettled(Email owner) {
      unsettled.add(owner);
    }

    @Override
    public void completed(Tally tally) {
      completed.add(tally);
    }
  }
}
