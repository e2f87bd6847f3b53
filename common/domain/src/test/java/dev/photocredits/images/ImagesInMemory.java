package dev.photocredits.images;

import dev.photocredits.values.GenerationId;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An in-memory image store that keeps keys without bytes. */
public final class ImagesInMemory implements ImageStore {
  final AtomicInteger puts = new AtomicInteger();
  public final Set<StoredImage> kept = ConcurrentHashMap.newKeySet();

  /** The number of puts that fail, starting with the first. */
  public int failures;

  /** Whether removals fail. */
  public boolean isStuck;

  @Override
  public StoredImage put(GenerationId generation, Image image) {
    var put = puts.incrementAndGet();
    if (put <= failures) {
      throw new IllegalStateException("the store is down");
    }
    var stored = new StoredImage("images/" + put, image.contentType());
    kept.add(stored);
    return stored;
  }

  @Override
  public boolean remove(List<StoredImage> images) {
    if (!isStuck) {
      images.forEach(kept::remove);
    }
    return !isStuck;
  }

  @Override
  public URI sign(StoredImage image) {
    return URI.create("https://images.example/" + image.key());
  }
}
