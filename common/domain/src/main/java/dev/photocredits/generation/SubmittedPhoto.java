package dev.photocredits.generation;

import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.uploads.UploadId;
import java.util.Optional;

/**
 * A photo as the caller sent it. It is read only when it is needed, and an exception while reading
 * it becomes the response to the caller.
 */
public interface SubmittedPhoto {

  /** The id of the upload, if the photo was sent as one. */
  Optional<UploadId> upload();

  /** The hash of the bytes, whichever way they were sent; nothing if they are not available. */
  Optional<RequestFingerprint> hash();

  /** Returns the photo to send to the model; throws if the photo cannot be used. */
  PreparedPhoto prepared();
}
