package dev.photocredits.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditReader.StoredItem;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Runs audits without a deadline. */
public final class WholeAudit {
  /** Runs each segment on a thread of its own. */
  public static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private WholeAudit() {}

  /** Returns all discrepancies; fails if an account keeps changing while it is read. */
  public static List<Discrepancy> of(AuditReader auditReader) {
    var reported = new Heard();
    var audit =
        new Audit(
            auditReader, Positions.inMemory(), 2, THREADS, InstantSource.fixed(Instant.EPOCH));

    var outcome = audit.run(Instant.MAX, reported);

    assertThat(outcome).isInstanceOf(Complete.class);
    assertThat(reported.unsettled).isEmpty();
    return List.copyOf(reported.discrepancies);
  }

  /** Returns everything that a scan finds. */
  public static List<StoredItem> scan(AuditReader auditReader) {
    var all = new ArrayList<StoredItem>();
    @Nullable String after = null;
    do {
      var page = auditReader.scan(0, 1, after);
      all.addAll(page.items());
      after = page.next();
    } while (after != null);
    return all;
  }

  /** Records what audits report. */
  public static final class Heard implements Audit.Listener {
    public final List<Discrepancy> discrepancies = new ArrayList<>();
    public final List<Email> unsettled = new ArrayList<>();
    public final List<Tally> completed = new ArrayList<>();

    @Override
    public void foundDiscrepancy(Discrepancy discrepancy) {
      discrepancies.add(discrepancy);
    }

    @Override
    public void foundUnsettled(Email owner) {
      unsettled.add(owner);
    }

    @Override
    public void completed(Tally tally) {
      completed.add(tally);
    }
  }
}
