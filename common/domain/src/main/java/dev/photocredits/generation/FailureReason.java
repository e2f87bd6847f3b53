package dev.photocredits.generation;

/** The reason why a generation delivered nothing. */
public enum FailureReason {
  UNSUPPORTED_IMAGE,
  SAFETY_BLOCKED,
  MODEL_OVERLOADED,
  MODEL_TIMEOUT,
  IMAGE_GENERATION_FAILED
}
