package dev.photocredits.idempotency;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores the idempotency records of requests whose effect lies outside of the ledger. */
public interface IdempotencyRecords {

  /**
   * Writes a record unless the key has a live one whose result has not failed. Returns the stored
   * record: the wanted one, or the earlier one, in which case nothing was written. Of concurrent
   * callers that saw the same result fail, one writes its record, and all get that record. An
   * exception means that the outcome is unknown: repeat the call.
   *
   * @param failed the result of an earlier record that has failed; null if none is known
   */
  IdempotencyRecord putIfAbsent(IdempotencyRecord wanted, @Nullable UUID failed, Instant now);
}
