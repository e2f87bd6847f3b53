package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.Identity;
import dev.photocredits.credits.User;
import dev.photocredits.credits.User.Held;
import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Money;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** A user's profile. A {@link Tombstone} cannot be read as one. */
public final class UserItem {
  public static final String LOTS = "lots";
  public static final String REVERSALS = "reversals";

  /** The value of the attribute {@link Keys#DUE} of a user with credits that expire. */
  public static final String EXPIRING = "expiring";

  static final String CUSTOMER = "stripe_customer_id";

  /** The identity that alone may use the account. */
  public static final String BOUND_TO = "bound_to";

  public static final TableSchema<User> SCHEMA =
      Schema.of(User.class, UserItem::read, UserItem::write);

  private UserItem() {}

  private static User read(Fields fields) {
    if (fields.optionalText(Tombstone.ERASED_AS) != null) {
      throw new IllegalStateException("the user is being erased; retry");
    }
    return new User(
        Keys.owner(fields.text(Keys.PK)),
        new Credits(fields.integer("credits")),
        fields.optionalLots(LOTS),
        fields.optionalReversals(REVERSALS),
        customer(fields),
        identity(fields.optionalText(BOUND_TO)),
        Money.usd(fields.number("total_purchased")),
        new Held(
            fields.integer("generations_pending"), new Credits(fields.integer("credits_held"))),
        fields.instant("created_at"),
        fields.instant("updated_at"));
  }

  private static Item write(User user, Item item) {
    return item.key(Keys.user(user.email()), Keys.PROFILE)
        .number("credits", user.credits().value())
        .reversals(REVERSALS, user.reversals())
        .lots(LOTS, user.lots())
        .text(Keys.DUE, user.lots().isEmpty() ? null : EXPIRING)
        .text(Keys.DUE_AT, user.lots().earliestExpiry().map(Fields::time).orElse(null))
        .text(CUSTOMER, user.customer().map(CustomerId::value).orElse(null))
        .text(BOUND_TO, user.identity().map(Identity::digest).orElse(null))
        .number("total_purchased", user.totalPurchased().minorUnits())
        .number("generations_pending", user.held().generations())
        .number("credits_held", user.held().credits().value())
        .text("created_at", Fields.time(user.createdAt()))
        .text("updated_at", Fields.time(user.updatedAt()));
  }

  static @Nullable Identity identity(@Nullable String digest) {
    return digest == null ? null : new Identity(digest);
  }

  static @Nullable CustomerId customer(Fields fields) {
    var customer = fields.optionalText(CUSTOMER);
    return customer == null ? null : new CustomerId(customer);
  }
}
