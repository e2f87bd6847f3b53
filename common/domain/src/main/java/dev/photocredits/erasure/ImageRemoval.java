package dev.photocredits.erasure;

import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;

/** Removes images permanently. */
public interface ImageRemoval {

  /**
   * Removes all images that were ever stored for a generation. An exception leaves some of them.
   */
  void removeAll(GenerationId generation);

  /** Removes all photos that the owner has uploaded. An exception leaves some of them. */
  void removeUploads(Email owner);
}
