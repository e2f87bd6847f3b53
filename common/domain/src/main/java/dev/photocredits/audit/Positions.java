package dev.photocredits.audit;

import java.util.Optional;

/** Stores the position of the audit. There is one audit at a time. */
public interface Positions {

  /** Returns the last saved position, of an audit in progress or a complete one. */
  Optional<Position> find();

  /**
   * Saves the position if the stored one has the preceding version; if there is none, version 1 is
   * saved.
   *
   * @return whether this position is stored now: false if another run has saved its own. A repeat
   *     returns the same. An exception means that the outcome is unknown.
   */
  boolean save(Position position);

  /** Creates a store in memory, for an audit that completes within this process. */
  static Positions inMemory() {
    return new InMemoryPositions();
  }
}
