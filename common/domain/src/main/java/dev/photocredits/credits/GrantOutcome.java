package dev.photocredits.credits;

/** What became of a purchase. */
public sealed interface GrantOutcome {

  /** The session has granted its credits. */
  sealed interface Fulfilled extends GrantOutcome {}

  /** The credits, the entry and the mark that the session has been granted are written. */
  record Granted() implements Fulfilled {}

  /** The session was granted before; nothing was written. */
  record AlreadyGranted() implements Fulfilled {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements GrantOutcome {}
}
