package dev.photocredits.images;

import dev.photocredits.values.GenerationId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The photos of queued generations, in memory. */
public final class PhotosInMemory implements QueuedPhotos {
  public final Map<GenerationId, Image> kept = new ConcurrentHashMap<>();

  @Override
  public void put(GenerationId generation, Image photo) {
    kept.put(generation, photo);
  }

  @Override
  public Optional<Image> find(GenerationId generation) {
    return Optional.ofNullable(kept.get(generation));
  }

  @Override
  public void remove(GenerationId generation) {
    kept.remove(generation);
  }
}
