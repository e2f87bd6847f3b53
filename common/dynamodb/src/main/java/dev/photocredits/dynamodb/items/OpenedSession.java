package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.time.Instant;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Records that a checkout session was opened for a purchase order. */
public record OpenedSession(
    Email owner, SessionId session, PurchaseOrderId order, Instant expiresAt) {
  public static final TableSchema<OpenedSession> SCHEMA =
      Schema.of(OpenedSession.class, OpenedSession::read, OpenedSession::write);

  private static OpenedSession read(Fields fields) {
    return new OpenedSession(
        Keys.owner(fields.text(Keys.PK)),
        new SessionId(fields.text(Keys.SK).substring(Keys.SESSIONS.length())),
        new PurchaseOrderId(UUID.fromString(fields.text("purchase_order"))),
        Instant.ofEpochSecond(fields.number(Fields.EXPIRES_AT)));
  }

  private static Item write(OpenedSession opened, Item item) {
    return item.key(Keys.user(opened.owner), Keys.session(opened.session))
        .text("purchase_order", opened.order.toString())
        .number(Fields.EXPIRES_AT, opened.expiresAt.getEpochSecond());
  }
}
