package dev.photocredits.feedback;

/** Stores feedback in full, until it expires. */
public interface FeedbackBox {

  /** Stores the feedback. A repeat with the same id has no effect. */
  void keep(Feedback feedback);
}
