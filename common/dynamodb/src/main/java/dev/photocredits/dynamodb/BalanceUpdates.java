package dev.photocredits.dynamodb;

import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Builds the writes that change a balance: each adds the sum of a journal to the balance in the
 * table. How the journal divides that sum depends on the standing that was read before, so the
 * write requires that the relevant parts of the standing are unchanged.
 */
final class BalanceUpdates {
  private static final String CHANGE_OF_HELD =
      "generations_pending = generations_pending + :generations,"
          + " credits_held = credits_held + :held";

  private BalanceUpdates() {}

  /** The journal with the descriptions of the lots that expire, which are read from the table. */
  static Journal explained(Table table, Email email, Journal journal) {
    return journal.explained(lot -> promotion(table, email, lot));
  }

  private static Optional<Promotion> promotion(Table table, Email email, Lot lot) {
    return table
        .find(StoredTransaction.SCHEMA, Keys.user(email), Keys.transaction(lot.grant()))
        .map(StoredTransaction::transaction)
        .filter(Promotion.class::isInstance)
        .map(Promotion.class::cast);
  }

  /**
   * Holds a generation's price. Requires that the balance covers the price and what expires in the
   * same journal, and that fewer than {@code most} generations are pending.
   *
   * @param most the maximum number of pending generations, including this one
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

  /** Ends a generation of that price without a release. */
  static Change end(Email email, Credits price) {
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        "SET " + CHANGE_OF_HELD,
        "attribute_exists(credits)",
        Map.of(),
        Map.of(":generations", number(-1), ":held", number(-price.value())));
  }

  /** Releases all or part of a generation's price, and ends the generation. */
  static Change release(Email email, Journal journal, Credits price) {
    return change(email, journal, -1, -price.value(), "attribute_exists(credits)", Map.of());
  }

  /** Adds credits. */
  static Change in(Email email, Journal journal) {
    return change(email, journal, 0, 0, "attribute_exists(credits)", Map.of());
  }

  /**
   * Withdraws credits, and requires that the balance still covers them and the lots that stay. If a
   * part of them becomes a debt or is taken from lots, requires instead that the balance is exactly
   * as it was read.
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

  /** The same change, on condition that the account is exactly as it was read. */
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

  /** Leaves the balance unchanged, on condition that the account is exactly as it was read. */
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

  /** Removes expired credits. */
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
      set.add(CHANGE_OF_HELD);
    }
    if (journal.paid() != 0) {
      values.put(":paid", number(journal.paid()));
      set.add("total_purchased = total_purchased + :paid");
    }
    var conditions = new ArrayList<>(List.of(condition));
    var removed = new ArrayList<String>();
    if (journal.dependsOnLots()) {
      var lots = journal.before().lots();
      if (!lots.isEmpty()) {
        values.put(":lots", Fields.lots(lots));
      }
      conditions.add(asSeen(UserItem.LOTS, values));
      if (!journal.lots().equals(lots)) {
        replaceLots(journal.lots(), set, removed, values);
      }
    }
    if (journal.dependsOnReversals()) {
      var reversals = journal.before().reversals();
      if (!reversals.isEmpty()) {
        values.put(":reversals", Fields.reversals(reversals));
      }
      conditions.add(asSeen(UserItem.REVERSALS, values));
      if (journal.reversals().isEmpty()) {
        removed.add(UserItem.REVERSALS);
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

  /** The condition that an attribute still has the value that was read, or is still absent. */
  static String asSeen(String name, Map<String, AttributeValue> values) {
    return values.containsKey(":" + name)
        ? name + " = :" + name
        : "attribute_not_exists(" + name + ")";
  }

  // While a user has lots, their profile is in the index of what is due, at the earliest expiry.
  private static void replaceLots(
      Lots lots, List<String> set, List<String> removed, Map<String, AttributeValue> values) {
    if (lots.isEmpty()) {
      removed.addAll(List.of(UserItem.LOTS, Keys.DUE, Keys.DUE_AT));
      return;
    }
    values.put(":left", Fields.lots(lots));
    values.put(":expiring", AttributeValue.fromS(UserItem.EXPIRING));
    values.put(":earliest", AttributeValue.fromS(Fields.time(lots.earliestExpiry().orElseThrow())));
    set.add("lots = :left, due = :expiring, due_at = :earliest");
  }

  static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
