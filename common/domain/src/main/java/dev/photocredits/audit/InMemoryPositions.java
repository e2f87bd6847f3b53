package dev.photocredits.audit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link Positions} in the memory of this process. */
final class InMemoryPositions implements Positions {
  private @Nullable Position saved;

  @Override
  public synchronized Optional<Position> find() {
    return Optional.ofNullable(saved);
  }

  @Override
  public synchronized boolean save(Position position) {
    var version = saved == null ? 0 : saved.version();
    if (position.version() == version + 1) {
      saved = position;
    }
    return position.equals(saved);
  }
}
