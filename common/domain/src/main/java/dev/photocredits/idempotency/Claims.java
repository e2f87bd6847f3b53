package dev.photocredits.idempotency;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys of requests whose effect lies outside of the ledger. */
public interface Claims {

  /**
   * Claims the key, unless there is a live claim of it whose result has not failed. Returns the
   * claim that holds now: the wanted one, or the earlier one, in which case nothing was written. Of
   * callers who saw the same result fail, one writes, and all get its claim. An exception means
   * that the outcome is unknown; calling again settles it.
   *
   * @param failed a result that the key stood for and that came to nothing
   */
  Claim claim(Claim wanted, @Nullable UUID failed, Instant now);
}
