package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Posting;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.credits.User.Underway;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How a balance moves: by arithmetic in the table. What was read before decides no more than which
 * part is had and which is owed, and the write depends on its being so still.
 */
final class Balance {
  private static final String UNDERWAY =
      "generations_pending = generations_pending + :generations,"
          + " credits_held = credits_held + :held";

  private static final String NO_LOTS = " AND attribute_not_exists(lots)";
  private static final String SAME_LOTS = " AND lots = :lots";

  private Balance() {}

  /**
   * What a posting comes upon.
   *
   * @param debt what the user owes
   * @param lots what of their credits expires
   */
  record Standing(Credits debt, Lots lots) {
    static final Standing NOTHING = new Standing(Credits.NONE, Lots.NONE);

    static Standing of(User user) {
      return new Standing(user.debt(), user.lots());
    }
  }

  /**
   * Takes a generation's price, where the lots are as they were seen, the rest of the balance that
   * has not expired covers it, and not too many are under way.
   *
   * @param posting of the usage
   * @param most how many may be, this one included
   */
  static Change take(Email email, Posting posting, Usage usage, int most, Lots lots) {
    var now = usage.createdAt();
    var expired = lots.expired(now).credits();
    return change(
        email,
        posting,
        new Underway(1, usage.credits()),
        1,
        now,
        "credits >= :price AND generations_pending < :most",
        Map.of(":price", number(usage.credits().plus(expired).value()), ":most", number(most)),
        lots);
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

  /** The same for one that gives something back, where that is still how the user stands. */
  static Change end(Email email, Credits price, Posting posting, Standing seen, Instant now) {
    return in(email, posting, new Underway(1, price), seen, now);
  }

  /**
   * Brings credits in, where that is still all that the user owes, and all that expires, if some of
   * them do.
   *
   * @param seen what the posting was made for
   */
  static Change in(Email email, Posting posting, Standing seen, Instant now) {
    return in(email, posting, Underway.NOTHING, seen, now);
  }

  private static Change in(
      Email email, Posting posting, Underway ended, Standing seen, Instant now) {
    var debt = seen.debt();
    var lots = posting.movesLots() ? seen.lots() : null;
    return debt.isNone()
        ? change(
            email,
            posting,
            ended,
            -1,
            now,
            "attribute_exists(credits) AND attribute_not_exists(debt)",
            Map.of(),
            lots)
        : change(
            email,
            posting,
            ended,
            -1,
            now,
            "debt = :debt",
            Map.of(":debt", number(debt.value())),
            lots);
  }

  /**
   * Takes away what was granted, where the lots are as they were seen, and the balance still covers
   * it beside them; or, where something is owed or the lots become less, is still all that the user
   * has.
   *
   * @param had the balance that the posting was made for
   */
  static Change back(Email email, Posting posting, Credits had, Lots lots, Instant now) {
    var isAll = posting.debt() != 0 || posting.movesLots();
    var least = isAll ? had.value() : lots.credits().value() - posting.credits();
    return change(
        email,
        posting,
        Underway.NOTHING,
        0,
        now,
        isAll ? "credits = :had" : "credits >= :had",
        Map.of(":had", number(least)),
        lots);
  }

  /** Takes what has expired, where the lots are as they were seen. */
  static Change expire(Email email, Posting posting, Lots lots, Instant now) {
    return change(
        email,
        posting,
        Underway.NOTHING,
        0,
        now,
        "credits >= :expired",
        Map.of(":expired", number(-posting.credits())),
        lots);
  }

  private static Change change(
      Email email,
      Posting posting,
      Underway underway,
      int sign,
      Instant now,
      String condition,
      Map<String, AttributeValue> seen,
      @Nullable Lots lots) {
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
    var removed = new ArrayList<String>();
    owe(posting, update, removed, values);
    var unmoved = "";
    if (lots != null) {
      unmoved = lots.areNone() ? NO_LOTS : SAME_LOTS;
      keep(lots, posting.lots(lots), update, removed, values);
    }
    if (!removed.isEmpty()) {
      update.append(" REMOVE ").append(String.join(", ", removed));
    }
    return new Change(
        Keys.item(Keys.user(email), Keys.PROFILE),
        update.toString(),
        condition + unmoved,
        Map.of(),
        values);
  }

  // Only who owes has the attribute, so that nobody who does not is asked for it.
  private static void owe(
      Posting posting,
      StringBuilder update,
      List<String> removed,
      Map<String, AttributeValue> values) {
    if (posting.debt() == 0) {
      return;
    }
    var debt = values.get(":debt");
    if (debt != null && debt.equals(number(-posting.debt()))) {
      removed.add("debt");
      return;
    }
    values.put(":owed", number(posting.debt()));
    values.put(":none", number(0));
    update.append(", debt = if_not_exists(debt, :none) + :owed");
  }

  // Whoever has some stands in the index of what is due, at their first expiry.
  private static void keep(
      Lots before,
      Lots after,
      StringBuilder update,
      List<String> removed,
      Map<String, AttributeValue> values) {
    if (!before.areNone()) {
      values.put(":lots", Fields.lots(before));
    }
    if (after.equals(before)) {
      return;
    }
    if (after.areNone()) {
      removed.addAll(List.of(Schemas.LOTS, Schemas.PENDING, Schemas.LEASE_EXPIRES_AT));
      return;
    }
    values.put(":left", Fields.lots(after));
    values.put(":expiring", AttributeValue.fromS(Schemas.EXPIRING));
    values.put(
        ":earliest", AttributeValue.fromS(Fields.time(after.earliestExpiry().orElseThrow())));
    update.append(", lots = :left, pending = :expiring, lease_expires_at = :earliest");
  }

  static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
