package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Posting;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User.Underway;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How a balance moves: by arithmetic in the table. What was read before decides no more than which
 * part is had and which is owed, and the write depends on its being so still.
 */
final class Balance {
  private static final String UNDERWAY =
      "generations_pending = generations_pending + :generations,"
          + " credits_held = credits_held + :held";

  private Balance() {}

  /**
   * Takes a generation's price, where the balance covers it and not too many are under way.
   *
   * @param most how many may be, this one included
   */
  static Change take(Email email, Usage usage, int most) {
    return change(
        email,
        Posting.of(usage),
        new Underway(1, usage.credits()),
        1,
        usage.createdAt(),
        "credits >= :price AND generations_pending < :most",
        Map.of(":price", number(usage.credits().value()), ":most", number(most)));
  }

  /** Counts a generation of that price as ended that gives nothing back. */
  static Change end(Email email, Credits price) {
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        "SET " + UNDERWAY,
        "attribute_exists(credits)",
        Map.of(),
        Map.of(":generations", number(-1), ":held", number(-price.value())));
  }

  /** The same for one that gives something back, where that is still all that the user owes. */
  static Change end(Email email, Credits price, Posting posting, Credits debt, Instant now) {
    return in(email, posting, new Underway(1, price), debt, now);
  }

  /**
   * Brings credits in, where that is still all that the user owes.
   *
   * @param debt what the posting took for the user's debt
   */
  static Change in(Email email, Posting posting, Credits debt, Instant now) {
    return in(email, posting, Underway.NOTHING, debt, now);
  }

  private static Change in(
      Email email, Posting posting, Underway ended, Credits debt, Instant now) {
    return debt.isNone()
        ? change(
            email,
            posting,
            ended,
            -1,
            now,
            "attribute_exists(credits) AND attribute_not_exists(debt)",
            Map.of())
        : change(
            email, posting, ended, -1, now, "debt = :debt", Map.of(":debt", number(debt.value())));
  }

  /**
   * Takes back what was granted, where the balance still covers it, or is still all that the user
   * has.
   */
  static Change back(Email email, Posting posting, Instant now) {
    return change(
        email,
        posting,
        Underway.NOTHING,
        0,
        now,
        posting.debt() == 0 ? "credits >= :had" : "credits = :had",
        Map.of(":had", number(-posting.credits())));
  }

  private static Change change(
      Email email,
      Posting posting,
      Underway underway,
      int sign,
      Instant now,
      String condition,
      Map<String, AttributeValue> seen) {
    var values = new HashMap<>(seen);
    values.put(":credits", number(posting.credits()));
    values.put(":now", AttributeValue.fromS(Fields.time(now)));
    var update = new StringBuilder("SET credits = credits + :credits, updated_at = :now");
    if (underway.generations() != 0) {
      values.put(":generations", number((long) sign * underway.generations()));
      values.put(":held", number((long) sign * underway.credits().value()));
      update.append(", " + UNDERWAY);
    }
    var paid =
        posting.entries().stream()
            .mapToLong(
                entry -> entry instanceof Purchase purchase ? purchase.paid().minorUnits() : 0)
            .sum();
    if (paid != 0) {
      values.put(":paid", number(paid));
      update.append(", total_purchased = total_purchased + :paid");
    }
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        update + owed(posting, values),
        condition,
        Map.of(),
        values);
  }

  // Only who owes has the attribute, so that nobody who does not is asked for it.
  private static String owed(Posting posting, Map<String, AttributeValue> values) {
    if (posting.debt() == 0) {
      return "";
    }
    var debt = values.get(":debt");
    if (debt != null && debt.equals(number(-posting.debt()))) {
      return " REMOVE debt";
    }
    values.put(":owed", number(posting.debt()));
    values.put(":none", number(0));
    return ", debt = if_not_exists(debt, :none) + :owed";
  }

  static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
