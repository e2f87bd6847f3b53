package dev.photocredits.payments;

/** The result of looking up a session at the provider; a {@link FoundSession} if it was found. */
public sealed interface SessionLookupOutcome
    permits FoundSession, SessionLookupOutcome.NoSuchSession, SessionLookupOutcome.LookupFailed {

  /** There is no session with that id, or it is not one that we opened. */
  record NoSuchSession() implements SessionLookupOutcome {}

  /** The provider refused, failed or did not answer in time. The session may be paid. */
  record LookupFailed(PaymentsUnavailable why) implements SessionLookupOutcome {}
}
