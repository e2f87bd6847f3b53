package dev.photocredits.operator;

import dev.photocredits.lambda.Environment;
import dev.photocredits.reconciliation.OpenEvents;
import java.io.PrintStream;

/**
 * Lists Stripe's open events, or closes some. Reconciliation does not retry a closed event, and no
 * alarm reports it. The reason and the operator's name are stored with the event.
 */
final class CloseEventCommand {
  private static final int MAX_LISTED = 1000;

  private CloseEventCommand() {}

  /** Lists the open events. */
  static boolean list(Environment environment, PrintStream out) {
    return OperatorTable.with(environment, table -> list(table.openEvents(), out));
  }

  /** Closes the events, and returns whether each was open. It can be repeated. */
  static boolean close(
      Environment environment, String[] ids, String reason, String actor, PrintStream out) {
    return OperatorTable.with(
        environment,
        table -> {
          var events = table.openEvents();
          var areClosed = true;
          for (var id : ids) {
            var isClosed = events.close(id.strip(), actor, reason, environment.clock().instant());
            out.println(
                isClosed
                    ? "Closed " + id.strip() + "."
                    : id.strip() + " is not open. Nothing was changed.");
            areClosed &= isClosed;
          }
          return areClosed;
        });
  }

  private static boolean list(OpenEvents events, PrintStream out) {
    var open = events.list(MAX_LISTED);
    open.items().forEach(out::println);
    if (open.items().isEmpty()) {
      out.println("There are no open events.");
    } else if (open.hasMore()) {
      out.println("There are more open events; these are the first " + MAX_LISTED + ".");
    }
    return true;
  }
}
