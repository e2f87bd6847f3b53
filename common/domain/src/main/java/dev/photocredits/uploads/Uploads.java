package dev.photocredits.uploads;

import dev.photocredits.values.Email;
import java.util.Optional;

/** Stores uploaded photos until they are used for a generation. */
public interface Uploads {

  /** Returns a signed URL under a new id, valid for ten minutes. Stores nothing. */
  SignedUpload open(UploadRequest request);

  /**
   * Returns the bytes that the owner uploaded under the id, at most one more than the largest
   * allowed size. Returns nothing if there are none: never uploaded, deleted since, or uploaded by
   * another user.
   */
  Optional<byte[]> find(Email owner, UploadId id);
}
