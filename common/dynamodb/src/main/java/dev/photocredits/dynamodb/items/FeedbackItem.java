package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.values.Email;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Feedback, in the partition of its month. */
public final class FeedbackItem {
  /** Absent if the feedback is anonymous. */
  public static final String EMAIL = "email";

  public static final TableSchema<Feedback> SCHEMA =
      Schema.of(Feedback.class, FeedbackItem::read, FeedbackItem::write);

  private FeedbackItem() {}

  private static Feedback read(Fields fields) {
    var email = fields.optionalText(EMAIL);
    return new Feedback(
        UUID.fromString(fields.text(Keys.SK)),
        fields.text("message"),
        email == null ? null : new Email(email),
        fields.instant("created_at"));
  }

  private static Item write(Feedback feedback, Item item) {
    return item.key(
            Keys.feedback(YearMonth.from(feedback.createdAt().atOffset(ZoneOffset.UTC))),
            feedback.id().toString())
        .text("message", feedback.message())
        .text(EMAIL, feedback.email() == null ? null : feedback.email().value())
        .text("created_at", Fields.time(feedback.createdAt()))
        .number(Fields.EXPIRES_AT, feedback.expiresAt().getEpochSecond());
  }
}
