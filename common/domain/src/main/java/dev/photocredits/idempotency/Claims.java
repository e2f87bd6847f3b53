package dev.photocredits.idempotency;

import java.time.Instant;

/** The keys of requests whose effect lies outside of the ledger. */
public interface Claims {

  /**
   * Claims the key, unless there is a live claim of it. Returns the claim that holds now: the
   * wanted one, or the earlier one, in which case nothing was written. An exception means that the
   * outcome is unknown; calling again with the same arguments settles it.
   */
  Claim claim(Claim wanted, Instant now);
}
