package dev.photocredits.generation;

import java.time.Instant;

/** What is spent on the model, of everybody together: pictures in a day of UTC. */
public interface Spending {
  /** As much as anybody likes. */
  Spending UNBOUNDED =
      new Spending() {
        @Override
        public boolean reserve(int pictures, Instant now) {
          return true;
        }

        @Override
        public void release(int pictures, Instant now) {
          // Nothing was noted.
        }
      };

  /** Notes that so many more will be asked for, and tells whether that is within the bounds. */
  boolean reserve(int pictures, Instant now);

  /**
   * Takes that back for pictures that are not asked for after all. Whoever dies before that has
   * spent a little less than may be spent.
   */
  void release(int pictures, Instant now);
}
