package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How a balance moves: by arithmetic in the table, by the sum of a journal. What was read before
 * decides how the journal divides that sum, and the write depends on its being so still.
 */
final class Balance {
  private static final String UNDERWAY =
      "generations_pending = generations_pending + :generations,"
          + " credits_held = credits_held + :held";

  private Balance() {}

  /** The journal with the reasons of what expires, which are read from the table. */
  static Journal explained(Table table, Email email, Journal journal) {
    return journal.explained(lot -> promotion(table, email, lot));
  }

  private static Optional<Promotion> promotion(Table table, Email email, Lot lot) {
    return table
        .find(Schemas.ENTRY, Keys.user(email), Keys.transaction(lot.grant()))
        .map(Entry::transaction)
        .filter(Promotion.class::isInstance)
        .map(Promotion.class::cast);
  }

  /**
   * Holds a generation's price, where the balance covers it and what expires in the same journal,
   * and not too many generations are pending.
   *
   * @param most how many may be, this one included
   */
  static Change hold(Email email, Journal journal, Usage usage, int most) {
    return change(
        email,
        journal,
        1,
        usage.credits().value(),
        "credits >= :price AND generations_pending < :most",
        Map.of(":price", number(-journal.credits()), ":most", number(most)));
  }

  /** Counts a generation of that price as ended that releases nothing. */
  static Change end(Email email, Credits price) {
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        "SET " + UNDERWAY,
        "attribute_exists(credits)",
        Map.of(),
        Map.of(":generations", number(-1), ":held", number(-price.value())));
  }

  /** Releases a part of a generation's price, or all of it, and counts it as ended. */
  static Change release(Email email, Journal journal, Credits price) {
    return change(email, journal, -1, -price.value(), "attribute_exists(credits)", Map.of());
  }

  /** Brings credits in. */
  static Change in(Email email, Journal journal) {
    return change(email, journal, 0, 0, "attribute_exists(credits)", Map.of());
  }

  /**
   * Takes credits away, where the balance still covers them beside the lots that stay; or, where a
   * part of them is owed or taken of lots, is still all that the user has.
   */
  static Change out(Email email, Journal journal) {
    var isAll = journal.dependsOnBalance();
    var least =
        isAll
            ? journal.before().credits().value()
            : journal.lots().credits().value() - journal.credits();
    return change(
        email,
        journal,
        0,
        0,
        isAll ? "credits = :had" : "credits >= :had",
        Map.of(":had", number(least)));
  }

  /** The same change, where the account is exactly as it was read. */
  static Change asSeen(User user, Change change) {
    var values = new HashMap<>(change.values());
    values.put(":balance", number(user.credits().value()));
    values.put(":seen", AttributeValue.fromS(Fields.time(user.updatedAt())));
    return new Change(
        change.key(),
        change.update(),
        change.condition() + " AND credits = :balance AND updated_at = :seen",
        change.names(),
        values);
  }

  /** Leaves a balance as it is, where the account is exactly as it was read. */
  static Change unmoved(User user, Instant now) {
    return asSeen(
        user,
        new Change(
            Keys.item(Keys.user(user.email()), Keys.PROFILE),
            "SET updated_at = :now",
            "attribute_exists(credits)",
            Map.of(),
            Map.of(":now", AttributeValue.fromS(Fields.time(now)))));
  }

  /** Takes what has expired. */
  static Change expire(Email email, Journal journal) {
    return change(
        email,
        journal,
        0,
        0,
        "credits >= :expired",
        Map.of(":expired", number(-journal.credits())));
  }

  private static Change change(
      Email email,
      Journal journal,
      int generations,
      int held,
      String condition,
      Map<String, AttributeValue> seen) {
    var values = new HashMap<>(seen);
    values.put(":credits", number(journal.credits()));
    values.put(":now", AttributeValue.fromS(Fields.time(journal.createdAt())));
    var set = new ArrayList<String>();
    set.add("credits = credits + :credits, updated_at = :now");
    if (generations != 0) {
      values.put(":generations", number(generations));
      values.put(":held", number(held));
      set.add(UNDERWAY);
    }
    if (journal.paid() != 0) {
      values.put(":paid", number(journal.paid()));
      set.add("total_purchased = total_purchased + :paid");
    }
    var conditions = new ArrayList<>(List.of(condition));
    var removed = new ArrayList<String>();
    if (journal.dependsOnLots()) {
      var lots = journal.before().lots();
      if (!lots.areNone()) {
        values.put(":lots", Fields.lots(lots));
      }
      conditions.add(asSeen(Schemas.LOTS, values));
      if (!journal.lots().equals(lots)) {
        keep(journal.lots(), set, removed, values);
      }
    }
    if (journal.dependsOnReversals()) {
      var reversals = journal.before().reversals();
      if (!reversals.areNone()) {
        values.put(":reversals", Fields.reversals(reversals));
      }
      conditions.add(asSeen(Schemas.REVERSALS, values));
      if (journal.reversals().areNone()) {
        removed.add(Schemas.REVERSALS);
      } else if (!journal.reversals().equals(reversals)) {
        values.put(":open", Fields.reversals(journal.reversals()));
        set.add("reversals = :open");
      }
    }
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        "SET "
            + String.join(", ", set)
            + (removed.isEmpty() ? "" : " REMOVE " + String.join(", ", removed)),
        String.join(" AND ", conditions),
        Map.of(),
        values);
  }

  /** The condition that an attribute is what was seen, or is absent if it was. */
  static String asSeen(String name, Map<String, AttributeValue> values) {
    return values.containsKey(":" + name)
        ? name + " = :" + name
        : "attribute_not_exists(" + name + ")";
  }

  // A user who has lots stands in the index of what is due, at their first expiry.
  private static void keep(
      Lots lots, List<String> set, List<String> removed, Map<String, AttributeValue> values) {
    if (lots.areNone()) {
      removed.addAll(List.of(Schemas.LOTS, Schemas.PENDING, Schemas.LEASE_EXPIRES_AT));
      return;
    }
    values.put(":left", Fields.lots(lots));
    values.put(":expiring", AttributeValue.fromS(Schemas.EXPIRING));
    values.put(":earliest", AttributeValue.fromS(Fields.time(lots.earliestExpiry().orElseThrow())));
    set.add("lots = :left, pending = :expiring, lease_expires_at = :earliest");
  }

  static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
