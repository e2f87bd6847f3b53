package dev.photocredits.images;

import java.time.Duration;

/** The result of asking the model for one variation. */
public sealed interface ModelAnswer {

  /** A picture; the bytes are as the model sent them. */
  record Generated(Image image) implements ModelAnswer {}

  /** Any result without a picture. */
  sealed interface NoImage extends ModelAnswer {

    /** The cause for the log: codes and names, never a prompt or text of the model. */
    String cause();
  }

  /** The safety rules of the model forbid the picture; asking again does not help. */
  record Refused(String cause) implements NoImage {}

  /** The model cannot read the photo; asking again does not help. */
  record PhotoRejected(String cause) implements NoImage {}

  /**
   * The model has no capacity.
   *
   * @param retryAfter how long to wait before asking again
   */
  record Overloaded(String cause, Duration retryAfter) implements NoImage {
    /** How long to wait before asking again if the model does not tell. */
    public static final Duration RETRY_AFTER = Duration.ofSeconds(30);
  }

  /** There was no answer by the deadline, or the model reported a timeout of its own. */
  record TimedOut(String cause) implements NoImage {}

  /** The model failed, or answered without a picture. */
  record Broken(String cause) implements NoImage {}
}
