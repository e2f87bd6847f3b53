package dev.photocredits.generation;

import java.time.Duration;

/** What the model made of one variation. */
public sealed interface ModelAnswer {

  /** A picture, byte for byte as the model gave it. */
  record Drawn(Image image) implements ModelAnswer {}

  /** Everything but a picture. */
  sealed interface NotDrawn extends ModelAnswer {

    /** What went wrong, for the log: codes and names, never a prompt or the model's own words. */
    String cause();
  }

  /** The model's safety rules forbid the picture: asking again does not help. */
  record Refused(String cause) implements NotDrawn {}

  /** The model cannot read the photo: asking again does not help. */
  record PhotoRejected(String cause) implements NotDrawn {}

  /**
   * The model has no capacity.
   *
   * @param retryAfter when to ask again
   */
  record Overloaded(String cause, Duration retryAfter) implements NotDrawn {}

  /** No answer by the deadline, ours or the model's own. */
  record TimedOut(String cause) implements NotDrawn {}

  /** The model failed, or answered without a picture. */
  record Broken(String cause) implements NotDrawn {}
}
