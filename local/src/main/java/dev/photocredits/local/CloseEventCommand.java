package dev.photocredits.local;

import dev.photocredits.payments.OpenEvents;
import java.io.PrintStream;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Map;

/**
 * Lists Stripe's events that are not settled, or closes those that {@code ID} names, separated by
 * commas, for a {@code REASON}: no reconciliation tries a closed event again, and no alarm tells of
 * it. Reason and {@code ACTOR} are kept with the event. Ends with 0 if it did, with 1 if an event
 * was not open and is left as it was, and with 2 if it could not begin, or not end: then it may be
 * run again. It works on {@code DATA_DIR}, or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB},
 * which may be in use.
 */
public final class CloseEventCommand {
  private static final int MOST = 1000;

  private CloseEventCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /** Tells whether every event is closed that is named; throws {@link CannotStart}. */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var ids = settings.get("ID");
    if (ids.isEmpty()) {
      return OperatedTable.with(settings, table -> list(table.openEvents(), out));
    }
    var reason = Favour.text(settings, "REASON", "");
    var actor = Favour.text(settings, "ACTOR", "USER");
    return OperatedTable.with(
        settings,
        table -> {
          var events = table.openEvents();
          var areClosed = true;
          for (var id : ids.get().split(",", -1)) {
            var isClosed = events.close(id.strip(), actor, reason, clock.instant());
            out.println(
                isClosed
                    ? "Closed " + id.strip() + "."
                    : id.strip() + " is not open. Nothing was done.");
            areClosed &= isClosed;
          }
          return areClosed;
        });
  }

  private static boolean list(OpenEvents events, PrintStream out) {
    var open = events.list(MOST);
    open.items().forEach(out::println);
    if (open.items().isEmpty()) {
      out.println("No event is open.");
    } else if (open.hasMore()) {
      out.println("There are more than these " + MOST + ".");
    }
    return true;
  }
}
