package dev.photocredits.generation;

import dev.photocredits.credits.GenerationId;
import java.net.URI;
import java.util.List;

/** Keeps the generated images. */
public interface ImageStore {

  /**
   * Stores the image's bytes untouched under a new key. An exception leaves at most an image that
   * nothing points to.
   */
  StoredImage put(GenerationId generation, Image image);

  /**
   * Removes images, if they are there. Tells whether all of them are gone; the others stay under
   * keys that nobody can guess. Never throws for what the store did.
   */
  boolean remove(List<StoredImage> images);

  /** An address from which anybody who has it can fetch the image for a while. */
  URI sign(StoredImage image);
}
