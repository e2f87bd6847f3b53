package dev.photocredits.audit;

import java.util.Optional;

/** Where the position of the audit is kept. There is one audit at a time. */
public interface Positions {

  /** The last position that was saved, of an audit under way or complete. */
  Optional<Position> find();

  /**
   * Saves the position if the saved one is of the version before; of none, for version 1.
   *
   * @return whether this very position is saved now: false if another run has saved its own. A
   *     repeat gives the same answer. An exception means that the outcome is unknown.
   */
  boolean save(Position position);

  /** For one audit that runs whole: its position is gone with the process. */
  static Positions inMemory() {
    return new InMemoryPositions();
  }
}
