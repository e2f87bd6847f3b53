package dev.photocredits.generation;

import dev.photocredits.credits.GenerationId;
import java.net.URI;

/** Keeps the generated images. */
public interface ImageStore {

  /**
   * Stores the image's bytes untouched under a new key. An exception leaves at most an image that
   * nothing points to.
   */
  StoredImage put(GenerationId generation, Image image);

  /** An address from which anybody who has it can fetch the image for a while. */
  URI sign(StoredImage image);
}
