package dev.photocredits.feedback;

/** Stores feedback from users, until it expires. */
public interface FeedbackStore {

  /** Stores the feedback. A repeat with the same id has no effect. */
  void add(Feedback feedback);
}
