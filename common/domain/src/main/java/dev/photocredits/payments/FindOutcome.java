package dev.photocredits.payments;

/** What the provider says of a session; that it is there is a {@link FoundSession}. */
public sealed interface FindOutcome
    permits FoundSession, FindOutcome.NoSuchSession, FindOutcome.NotTold {

  /** There is none of that id, or it is not one of ours. */
  record NoSuchSession() implements FindOutcome {}

  /** The provider refused, failed or did not answer in time; perhaps the session is paid. */
  record NotTold(PaymentsUnavailable why) implements FindOutcome {}
}
