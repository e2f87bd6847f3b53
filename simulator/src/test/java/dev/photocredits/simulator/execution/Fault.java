package dev.photocredits.simulator.execution;

/** A fault of a single call to an external service. */
public enum Fault {
  /** No fault. */
  NONE,
  /** The call fails and has no effect. */
  FAILS,
  /** The call takes effect, but its response is lost. */
  REPLY_LOST,
  /** The call is throttled for a while, and then succeeds or fails. */
  THROTTLED,
  /** The call loses a write conflict; its retries then succeed or fail while other tasks run. */
  CONFLICT,
  /** The call or its response takes longer than the caller may wait. */
  SLOW,
  /** The process dies before the call. */
  DIES_BEFORE,
  /** The process dies after the call takes effect, before it gets the response. */
  DIES_AFTER,
  /** The process's clock jumps by up to five minutes in either direction. */
  CLOCK_JUMPS
}
