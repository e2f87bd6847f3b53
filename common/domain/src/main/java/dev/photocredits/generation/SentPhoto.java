package dev.photocredits.generation;

import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.uploads.UploadId;
import java.util.Optional;

/**
 * A photo as its sender brought it. It is not read before it is asked for, and what it throws is
 * told to the sender.
 */
public interface SentPhoto {

  /** The upload that it came as, if it did. */
  Optional<UploadId> upload();

  /** The hash of its bytes, whatever way they came; nothing if they are not to be had. */
  Optional<RequestHash> hash();

  /** What the model gets of it; throws if that cannot be made. */
  Image prepared();
}
