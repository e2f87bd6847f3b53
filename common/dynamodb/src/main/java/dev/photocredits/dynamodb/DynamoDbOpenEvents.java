package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.reconciliation.OpenEvent;
import dev.photocredits.reconciliation.OpenEvents;
import dev.photocredits.values.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * {@link OpenEvents} in DynamoDB: one item per event. While the event is open, the item is in the
 * index of what is due, at the time of its last attempt.
 */
final class DynamoDbOpenEvents implements OpenEvents {
  /** The value of the attribute {@link Keys#DUE} while an event is open. */
  private static final String OPEN = "event";

  /** The due time of a handled event, which only an operator can close. */
  private static final String NEVER = Fields.time(Instant.parse("9999-12-31T23:59:59Z"));

  /** How long a closed event is kept: longer than Stripe retries it. */
  private static final Duration RETENTION = Duration.ofDays(400);

  private static final String RETRY = "retry";
  private static final String OPERATOR = "operator";

  private final Table table;

  DynamoDbOpenEvents(Table table) {
    this.table = table;
  }

  @Override
  public boolean open(ProviderEvent event, String problem, boolean isHandled, Instant now) {
    var before = find(event.id());
    var handled = before.filter(OpenEvent::isHandled).filter(_ -> !isHandled);
    var staysHandled = isHandled || handled.isPresent();
    var isOpened =
        isWritten(
            new Change(
                Keys.item(Keys.RECONCILIATION, Keys.event(event.id())),
                "SET event_type = :type, object_id = :object, problem = :problem,"
                    + " awaits = :awaits, opened_at = if_not_exists(opened_at, :now),"
                    + " last_at = :now, attempts = if_not_exists(attempts, :none) + :one,"
                    + " due = :open, due_at = :due REMOVE closed_at, expires_at",
                "attribute_not_exists(closed_by)",
                Map.of(),
                Map.of(
                    ":type", AttributeValue.fromS(event.type()),
                    ":object", AttributeValue.fromS(event.object()),
                    ":problem",
                        AttributeValue.fromS(handled.map(OpenEvent::problem).orElse(problem)),
                    ":awaits", AttributeValue.fromS(staysHandled ? OPERATOR : RETRY),
                    ":now", AttributeValue.fromS(Fields.time(now)),
                    ":none", BalanceUpdates.number(0),
                    ":one", BalanceUpdates.number(1),
                    ":open", AttributeValue.fromS(OPEN),
                    ":due", AttributeValue.fromS(staysHandled ? NEVER : Fields.time(now)))));
    return isOpened && before.isEmpty();
  }

  @Override
  public void close(String event, Instant now) {
    var _ =
        isWritten(
            new Change(
                Keys.item(Keys.RECONCILIATION, Keys.event(event)),
                "SET closed_at = :now, expires_at = :expiry REMOVE due, due_at",
                "due = :open AND awaits = :retry",
                Map.of(),
                closing(now, Map.of(":retry", AttributeValue.fromS(RETRY)))));
  }

  @Override
  public boolean close(String event, String actor, String reason, Instant now) {
    return isWritten(
        new Change(
            Keys.item(Keys.RECONCILIATION, Keys.event(event)),
            "SET closed_at = :now, expires_at = :expiry, closed_by = :actor, reason = :reason"
                + " REMOVE due, due_at",
            "due = :open",
            Map.of(),
            closing(
                now,
                Map.of(
                    ":actor", AttributeValue.fromS(actor),
                    ":reason", AttributeValue.fromS(reason)))));
  }

  // In a transaction, because its token prevents a retry from counting an attempt twice.
  private boolean isWritten(Change change) {
    var transaction = table.transaction();
    var _ = transaction.update(change);
    return transaction.execute().isComplete();
  }

  private static Map<String, AttributeValue> closing(
      Instant now, Map<String, AttributeValue> more) {
    var values = new HashMap<>(more);
    values.put(":now", AttributeValue.fromS(Fields.time(now)));
    values.put(":expiry", BalanceUpdates.number(now.plus(RETENTION).getEpochSecond()));
    values.put(":open", AttributeValue.fromS(OPEN));
    return values;
  }

  @Override
  public Page<OpenEvent> list(int limit) {
    var found =
        table.oldestFirst(
            Keys.DUE, Map.entry(Keys.DUE, OPEN), Map.entry(Keys.DUE_AT, NEVER), null, limit);
    return new Page<>(
        found.items().stream()
            .map(keys -> new Fields(keys).text(Keys.SK).substring(Keys.EVENTS.length()))
            .flatMap(id -> find(id).stream())
            .toList(),
        found.hasMore());
  }

  private Optional<OpenEvent> find(String id) {
    return table
        .find(Keys.RECONCILIATION, Keys.event(id))
        .filter(item -> item.containsKey(Keys.DUE))
        .map(item -> read(id, new Fields(item)));
  }

  private static OpenEvent read(String id, Fields fields) {
    return new OpenEvent(
        new ProviderEvent(id, fields.text("event_type"), fields.text("object_id")),
        fields.text("problem"),
        fields.text("awaits").equals(OPERATOR),
        fields.instant("opened_at"),
        fields.instant("last_at"),
        fields.integer("attempts"));
  }
}
