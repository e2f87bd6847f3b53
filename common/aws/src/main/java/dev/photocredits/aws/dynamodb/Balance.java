package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How a balance moves: by arithmetic in the table, never by a value that was read before. */
final class Balance {

  private Balance() {}

  static Change take(Email email, Credits price, Instant now) {
    return change(
        email,
        "SET credits = credits - :credits, updated_at = :now",
        "credits >= :credits",
        price,
        now);
  }

  static Change giveBack(Email email, Credits refund, Instant now) {
    return change(
        email,
        "SET credits = credits + :credits, updated_at = :now",
        "attribute_exists(PK)",
        refund,
        now);
  }

  private static Change change(
      Email email, String update, String condition, Credits credits, Instant now) {
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        update,
        condition,
        Map.of(),
        Map.of(
            ":credits", number(credits.value()), ":now", AttributeValue.fromS(Fields.time(now))));
  }

  static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
