package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.Identity;
import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.erasure.Rebinding;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Records that an operator bound an account to another identity. */
public record RebindingRecord(
    UUID id,
    Email owner,
    @Nullable Identity before,
    @Nullable Identity after,
    String reason,
    String actor,
    Instant at) {
  private static final String BOUND_BEFORE = "bound_before";

  public static final TableSchema<RebindingRecord> SCHEMA =
      Schema.of(RebindingRecord.class, RebindingRecord::read, RebindingRecord::write);

  public static RebindingRecord of(Rebinding rebinding, @Nullable Identity before) {
    return new RebindingRecord(
        rebinding.id(),
        rebinding.owner(),
        before,
        rebinding.identity(),
        rebinding.reason(),
        rebinding.actor(),
        rebinding.at());
  }

  private static RebindingRecord read(Fields fields) {
    return new RebindingRecord(
        UUID.fromString(fields.text(Keys.SK).substring(Keys.REBINDINGS.length())),
        Keys.owner(fields.text(Keys.PK)),
        UserItem.identity(fields.optionalText(BOUND_BEFORE)),
        UserItem.identity(fields.optionalText(UserItem.BOUND_TO)),
        fields.text("reason"),
        fields.text("actor"),
        fields.instant("created_at"));
  }

  private static Item write(RebindingRecord rebinding, Item item) {
    return item.key(Keys.user(rebinding.owner), Keys.rebinding(rebinding.id))
        .text(BOUND_BEFORE, digest(rebinding.before))
        .text(UserItem.BOUND_TO, digest(rebinding.after))
        .text("reason", rebinding.reason)
        .text("actor", rebinding.actor)
        .text("created_at", Fields.time(rebinding.at));
  }

  private static @Nullable String digest(@Nullable Identity identity) {
    return identity == null ? null : identity.digest();
  }
}
