package dev.photocredits.erasure;

/** The result of an erasure. */
public sealed interface ErasureOutcome {

  /** The user is erased: nothing shows any more that the address had an account. */
  record Erased() implements ErasureOutcome {}

  /** The user does not exist. Their uploads and their feedback were removed. */
  record NoSuchUser() implements ErasureOutcome {}

  /** The user still has credits and does not forfeit them. Nothing was written. */
  record CreditsLeft() implements ErasureOutcome {}

  /** A generation is pending; retry when it has ended. Nothing was written. */
  record GenerationPending() implements ErasureOutcome {}
}
