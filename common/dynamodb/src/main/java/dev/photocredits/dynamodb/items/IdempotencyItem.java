package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.RequestFingerprint;
import java.time.Instant;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** An idempotency record. */
public final class IdempotencyItem {
  public static final String RESULT = "result";

  public static final TableSchema<IdempotencyRecord> SCHEMA =
      Schema.of(IdempotencyRecord.class, IdempotencyItem::read, IdempotencyItem::write);

  private IdempotencyItem() {}

  private static IdempotencyRecord read(Fields fields) {
    var reference = fields.optionalText("reference");
    return new IdempotencyRecord(
        Keys.owner(fields.text(Keys.PK)),
        IdempotencyRecord.Scope.valueOf(fields.text("scope")),
        new IdempotencyKey(fields.text("key")),
        new RequestFingerprint(fields.text("request")),
        reference == null ? null : new RequestFingerprint(reference),
        UUID.fromString(fields.text(RESULT)),
        Instant.ofEpochSecond(fields.number(Fields.EXPIRES_AT)));
  }

  private static Item write(IdempotencyRecord used, Item item) {
    var reference = used.reference();
    return item.key(Keys.user(used.owner()), Keys.idempotencyKey(used.scope(), used.key()))
        .text("scope", used.scope().name())
        .text("key", used.key().value())
        .text("request", used.request().hex())
        .text("reference", reference == null ? null : reference.hex())
        .text(RESULT, used.result().toString())
        .number(Fields.EXPIRES_AT, used.expiresAt().getEpochSecond());
  }
}
