package dev.photocredits.local;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.Books;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.audit.Positions;
import dev.photocredits.credits.Email;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * Compares every account with its transactions, and prints what differs. Ends with 0 if nothing
 * does, with 1 if something does or an account cannot be judged, and with 2 if the table cannot be
 * read. It audits {@code DATA_DIR}, or the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be
 * in use. It writes nothing, keeps its position in memory, and so always runs whole.
 */
public final class AuditCommand {
  private static final int SEGMENTS = 4;

  private AuditCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /** Tells whether everything adds up; throws {@link CannotStart} if the table cannot be read. */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    return OperatedTable.with(new Settings(variables), table -> audit(table.books(), out));
  }

  private static boolean audit(Books books, PrintStream out) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var audit = new Audit(books, Positions.inMemory(), SEGMENTS, threads, Clock.systemUTC());
      return audit.run(Instant.MAX, new Printed(out)) instanceof Complete(var tally)
          && tally.discrepancies() == 0
          && tally.unsettled() == 0;
    }
  }

  private record Printed(PrintStream out) implements Audit.Listener {
    @Override
    public void differs(Discrepancy found) {
      var owner = found.owner();
      out.println("DIFFERS  " + (owner == null ? "" : owner.value() + ": ") + found.what());
    }

    @Override
    public void isUnsettled(Email owner) {
      out.println("UNSETTLED  " + owner.value() + ": written to during every read");
    }

    @Override
    public void completed(Tally tally) {
      out.printf(
          "%d accounts audited, %d discrepancies%s%n",
          tally.accounts(),
          tally.discrepancies(),
          tally.unsettled() == 0 ? "" : ", " + tally.unsettled() + " unsettled");
    }
  }
}
