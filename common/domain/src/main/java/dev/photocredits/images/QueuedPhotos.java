package dev.photocredits.images;

import dev.photocredits.values.GenerationId;
import java.util.Optional;

/** Stores the photos of queued generations, for at most a day. */
public interface QueuedPhotos {

  /** Stores the photo of a generation; a repeat replaces it. */
  void put(GenerationId generation, Image photo);

  /** Returns the photo of a generation, unless it is gone. */
  Optional<Image> find(GenerationId generation);

  /**
   * Removes the photo, if there is one. Never throws because of the store: a photo that cannot be
   * removed expires after its day.
   */
  void remove(GenerationId generation);
}
