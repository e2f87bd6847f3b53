package dev.photocredits.feedback;

/** Where feedback is kept, whole. */
public interface FeedbackBox {

  /** Keeps the feedback; a repeat with the same id keeps one. */
  void keep(Feedback feedback);
}
