package dev.photocredits.uploads;

import dev.photocredits.credits.Email;
import java.util.Optional;

/** Keeps photos that their senders put there, until they are drawn from. */
public interface Uploads {

  /** A place under a new id, for ten minutes. Nothing is stored by it. */
  SignedUpload open(UploadOrder order);

  /**
   * The bytes that the owner put under the id, one more than the largest upload may have at most.
   * Nothing if there are none: never put, gone by now, or somebody else's.
   */
  Optional<byte[]> find(Email owner, UploadId id);
}
