package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Replaces the profile of a user who is being erased. */
public record Tombstone(Email owner, Email pseudonym, @Nullable CustomerId customer) {
  /** The pseudonym to which the account moves. No profile has this attribute. */
  public static final String ERASED_AS = "erased_as";

  /** The value of the attribute {@link Keys#DUE} of an account that is being erased. */
  public static final String ERASING = "erasing";

  public static final TableSchema<Tombstone> SCHEMA =
      Schema.of(Tombstone.class, Tombstone::read, Tombstone::write);

  private static Tombstone read(Fields fields) {
    return new Tombstone(
        Keys.owner(fields.text(Keys.PK)),
        new Email(fields.text(ERASED_AS)),
        UserItem.customer(fields));
  }

  private static Item write(Tombstone tombstone, Item item) {
    return item.key(Keys.user(tombstone.owner), Keys.PROFILE)
        .text(ERASED_AS, tombstone.pseudonym.value())
        .text(Keys.DUE, ERASING)
        .text(Keys.DUE_AT, ERASING)
        .text(UserItem.CUSTOMER, tombstone.customer == null ? null : tombstone.customer.value());
  }
}
