package dev.photocredits.local;

import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.payments.OpenEvents;
import java.io.PrintStream;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Map;

/**
 * {@code make close-event}: lists Stripe's open events, or closes those in {@code ID}, separated by
 * commas, for a {@code REASON}.
 *
 * <p>Reconciliation does not retry a closed event, and no alarm reports it. The reason and the
 * {@code ACTOR} are stored with the event. The command works on {@code DATA_DIR}, or on the table
 * at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use.
 *
 * <p>Exit codes: 0 if all events were listed or closed; 1 if an event was not open, and was left
 * unchanged; 2 if the command could not begin or finish. It can be repeated.
 */
public final class CloseEventCommand {
  private static final int MAX_LISTED = 1000;

  private CloseEventCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /**
   * Returns whether every event in {@code ID} was open and is closed now. Throws {@link
   * StartupFailure} if a setting is wrong or the table cannot be reached.
   */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var ids = settings.get("ID");
    if (ids.isEmpty()) {
      return OperatorTable.with(settings, table -> list(table.openEvents(), out));
    }
    var reason = BalanceChange.text(settings, "REASON", "");
    var actor = BalanceChange.text(settings, "ACTOR", "USER");
    return OperatorTable.with(
        settings,
        table -> {
          var events = table.openEvents();
          var areClosed = true;
          for (var id : ids.get().split(",", -1)) {
            var isClosed = events.close(id.strip(), actor, reason, clock.instant());
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
