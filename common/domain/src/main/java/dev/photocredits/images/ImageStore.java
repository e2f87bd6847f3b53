package dev.photocredits.images;

import dev.photocredits.values.GenerationId;
import java.net.URI;
import java.util.List;

/** Stores the generated pictures. */
public interface ImageStore {

  /**
   * Stores the bytes of an image unchanged under a new key. An exception leaves at most an image to
   * which nothing refers.
   */
  StoredImage put(GenerationId generation, Image image);

  /**
   * Removes images; those that do not exist count as removed. Never throws because of the store.
   *
   * @return whether all of them are gone; the others stay under keys that cannot be guessed
   */
  boolean remove(List<StoredImage> images);

  /** Returns a signed URL, from which anyone who has it can fetch the image for a limited time. */
  URI sign(StoredImage image);
}
