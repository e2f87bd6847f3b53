package dev.photocredits.ledger;

import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecord.Scope;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The idempotency records of the fake. The lock of the fake guards them. */
final class InMemoryIdempotencyRecords {
  private final Map<String, IdempotencyRecord> records = new HashMap<>();

  void put(IdempotencyRecord record) {
    records.put(keyOf(record), record);
  }

  Optional<IdempotencyRecord> find(Email owner, Scope scope, IdempotencyKey key) {
    return Optional.ofNullable(records.get(keyOf(owner, scope, key)));
  }

  /**
   * The live record under the same key.
   *
   * @param failed the result of a record that does not count; null if there is none
   */
  Optional<IdempotencyRecord> earlier(
      IdempotencyRecord wanted, @Nullable UUID failed, Instant now) {
    return find(wanted.owner(), wanted.scope(), wanted.key())
        .filter(existing -> existing.isLive(now) && !existing.result().equals(failed));
  }

  private static String keyOf(IdempotencyRecord record) {
    return keyOf(record.owner(), record.scope(), record.key());
  }

  private static String keyOf(Email owner, Scope scope, IdempotencyKey key) {
    return owner.value() + " " + scope + " " + key.value();
  }

  void forget(Email owner) {
    records.values().removeIf(record -> record.owner().equals(owner));
  }

  /** Takes a backup of the records; running the result restores it. */
  Runnable backup() {
    return InMemoryLedger.backup(records);
  }
}
