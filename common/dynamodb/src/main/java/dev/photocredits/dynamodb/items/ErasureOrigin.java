package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Email;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Names the user whose account a pseudonym is taking over. */
public record ErasureOrigin(Email pseudonym, Email owner) {
  public static final TableSchema<ErasureOrigin> SCHEMA =
      Schema.of(ErasureOrigin.class, ErasureOrigin::read, ErasureOrigin::write);

  private static ErasureOrigin read(Fields fields) {
    return new ErasureOrigin(Keys.owner(fields.text(Keys.PK)), new Email(fields.text("email")));
  }

  private static Item write(ErasureOrigin origin, Item item) {
    return item.key(Keys.user(origin.pseudonym), Keys.ERASURE).text("email", origin.owner.value());
  }
}
