package dev.photocredits.local;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.Positions;
import dev.photocredits.credits.Email;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * {@code make audit}: audits every account against its transactions, and prints the discrepancies.
 *
 * <p>It audits {@code DATA_DIR}, or the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in
 * use. It writes nothing. It keeps its position in memory only, so it always audits everything.
 *
 * <p>Exit codes: 0 if there are no discrepancies; 1 if there are, or if an account could not be
 * audited because it kept changing; 2 if the table cannot be read.
 */
public final class AuditCommand {
  private static final int SEGMENTS = 4;

  private AuditCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /**
   * Returns whether every account is consistent. Throws {@link StartupFailure} if the table cannot
   * be read.
   */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    return OperatorTable.with(new Settings(variables), table -> audit(table.auditReader(), out));
  }

  private static boolean audit(AuditReader auditReader, PrintStream out) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var audit =
          new Audit(auditReader, Positions.inMemory(), SEGMENTS, threads, Clock.systemUTC());
      return audit.run(Instant.MAX, new Printed(out)) instanceof Complete(var tally)
          && tally.discrepancies() == 0
          && tally.unsettled() == 0;
    }
  }

  private record Printed(PrintStream out) implements Audit.Listener {
    @Override
    public void foundDiscrepancy(Discrepancy found) {
      var owner = found.owner();
      out.println("DIFFERS  " + (owner == null ? "" : owner.value() + ": ") + found.what());
    }

    @Override
    public void foundUnsettled(Email owner) {
      out.println("UNSETTLED  " + owner.value() + ": the account changed during every read");
    }

    @Override
    public void completed(Tally tally) {
      out.printf(
          "Accounts audited: %d, discrepancies: %d%s%n",
          tally.accounts(),
          tally.discrepancies(),
          tally.unsettled() == 0 ? "" : ", unsettled: " + tally.unsettled());
    }
  }
}
