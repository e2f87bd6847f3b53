package dev.photocredits.simulator;

/** What may go wrong with a call to the outside. */
enum Fault {
  /** Nothing does. */
  NONE,
  /** The call fails, and has done nothing. */
  FAILS,
  /** The call does what it should, and its reply is lost. */
  REPLY_LOST,
  /** The call is refused for a while, and then done, or given up. */
  THROTTLED,
  /** The call loses against another one, and is repeated while others run, or given up. */
  CONFLICT,
  /** The call, or its reply, takes longer than anybody waits. */
  SLOW,
  /** The process dies before the call. */
  DIES_BEFORE,
  /** The process dies after the call, before it hears of it. */
  DIES_AFTER,
  /** The clock of the machine jumps by up to five minutes, either way. */
  CLOCK_JUMPS
}
