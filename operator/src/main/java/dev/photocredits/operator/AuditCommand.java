package dev.photocredits.operator;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.Positions;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.Email;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Executors;

/**
 * Audits every account against its transactions, and prints the discrepancies. It writes nothing.
 * It keeps its position in memory only, so it always audits everything.
 */
final class AuditCommand {
  private static final int SEGMENTS = 4;

  private AuditCommand() {}

  /**
   * Returns whether every account is consistent: none differs, and none kept changing. Throws
   * {@link CommandFailure} if the table cannot be read.
   */
  static boolean run(Environment environment, PrintStream out) {
    return OperatorTable.with(environment, table -> audit(table.auditReader(), out));
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
