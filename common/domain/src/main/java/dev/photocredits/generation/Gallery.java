package dev.photocredits.generation;

import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The generations that are shown to their owner: all but deleted ones. */
public final class Gallery {
  private final Generations generations;

  public Gallery(Generations generations) {
    this.generations = generations;
  }

  public Optional<Generation> find(Email email, GenerationId id) {
    return generations.find(email, id).filter(Gallery::isShown);
  }

  /**
   * Lists the user's generations, newest first; only those older than {@code before}, if it is
   * given.
   */
  public Page<Generation> list(Email email, int limit, @Nullable GenerationId before) {
    var shown = new ArrayList<Generation>();
    var last = before;
    while (true) {
      var page = generations.list(email, limit, last);
      for (var generation : page.items()) {
        last = generation.id();
        if (isShown(generation)) {
          if (shown.size() == limit) {
            return new Page<>(shown, true);
          }
          shown.add(generation);
        }
      }
      if (!page.hasMore()) {
        return new Page<>(shown, false);
      }
      if (shown.size() == limit) {
        return new Page<>(shown, true);
      }
    }
  }

  private static boolean isShown(Generation generation) {
    return !(generation.state() instanceof Deleted);
  }
}
