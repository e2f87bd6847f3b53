package dev.photocredits.erasure;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;

/** Removes images for good. */
public interface ImageRemoval {

  /** Removes every image that was ever stored for the generation; an exception leaves some. */
  void removeAll(GenerationId generation);

  /** Removes every photo that the owner has uploaded; an exception leaves some. */
  void removeUploads(Email owner);
}
