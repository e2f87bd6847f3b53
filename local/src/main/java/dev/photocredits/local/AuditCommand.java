package dev.photocredits.local;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.Books;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

/**
 * Compares every account with its entries, and says what differs. Ends with 0 if nothing does, with
 * 1 if something does, and with 2 if it could not look. It audits {@code DATA_DIR}, or the table at
 * {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use; it writes nothing.
 */
public final class AuditCommand {
  private AuditCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /** Tells whether nothing differs; throws {@link CannotStart} if it cannot look. */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    return OperatedTable.with(new Settings(variables), table -> audit(table.books(), out));
  }

  private static boolean audit(Books books, PrintStream out) {
    var audited = new Audit(books, Clock.systemUTC()).run(Instant.MAX);
    audited
        .differences()
        .forEach(found -> out.println("DIFFERS  " + found.owner().value() + ": " + found.what()));
    out.printf(
        "%d accounts audited, %d differences%s%n",
        audited.accounts(),
        audited.differences().size(),
        audited.unsettled() == 0 ? "" : ", " + audited.unsettled() + " moved all the while");
    return audited.differences().isEmpty();
  }
}
