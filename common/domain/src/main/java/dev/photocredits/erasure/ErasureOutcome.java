package dev.photocredits.erasure;

/** What became of an erasure. */
public sealed interface ErasureOutcome {

  /** Nothing tells any more that the address had an account. */
  record Erased() implements ErasureOutcome {}

  /** There is no such user; their feedback, if there was some, has lost its address. */
  record NoSuchUser() implements ErasureOutcome {}

  /** They still have credits, and have not given them up. Nothing was written. */
  record CreditsLeft() implements ErasureOutcome {}

  /** A generation is under way: to be tried again when it has ended. Nothing was written. */
  record GenerationPending() implements ErasureOutcome {}
}
