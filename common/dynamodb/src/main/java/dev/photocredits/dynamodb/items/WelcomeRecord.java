package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/**
 * Records that a mailbox got welcome credits. Kept forever, even after the user is erased.
 *
 * @param key the partition key, {@link Keys#welcome}
 */
public record WelcomeRecord(String key) {
  public static final TableSchema<WelcomeRecord> SCHEMA =
      Schema.of(WelcomeRecord.class, WelcomeRecord::read, WelcomeRecord::write);

  private static WelcomeRecord read(Fields fields) {
    return new WelcomeRecord(fields.text(Keys.PK));
  }

  private static Item write(WelcomeRecord welcome, Item item) {
    return item.key(welcome.key, Keys.WELCOME);
  }
}
