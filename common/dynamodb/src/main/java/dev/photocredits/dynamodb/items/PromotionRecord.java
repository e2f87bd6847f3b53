package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Email;
import dev.photocredits.values.Sha256;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/**
 * Records that a user got a promotion. Kept until the credits expire, because no caller repeats the
 * promotion after that.
 */
public record PromotionRecord(Email owner, String cause, @Nullable Instant expiresAt) {
  public static final TableSchema<PromotionRecord> SCHEMA =
      Schema.of(PromotionRecord.class, PromotionRecord::read, PromotionRecord::write);

  /** The cause is a digest, because the length of a description is not limited. */
  public static PromotionRecord of(Email owner, Promotion promotion) {
    var cause =
        promotion.expiresAt() + " " + promotion.credits().value() + " " + promotion.description();
    return new PromotionRecord(owner, Sha256.hex(cause), promotion.expiresAt());
  }

  private static PromotionRecord read(Fields fields) {
    return new PromotionRecord(
        Keys.owner(fields.text(Keys.PK)),
        fields.text(Keys.SK).substring(Keys.PROMOTIONS.length()),
        Instant.ofEpochSecond(fields.number(Fields.EXPIRES_AT)));
  }

  private static Item write(PromotionRecord promotion, Item item) {
    return item.key(Keys.user(promotion.owner), Keys.PROMOTIONS + promotion.cause)
        .number(
            Fields.EXPIRES_AT,
            promotion.expiresAt == null ? null : promotion.expiresAt.getEpochSecond());
  }
}
