package dev.photocredits.credits;

/** What became of the news of a payment's money. */
public sealed interface ReversalOutcome {

  /** The news are known, and so is what follows from them. */
  sealed interface Heard extends ReversalOutcome {}

  /**
   * The news and what follows from them are written.
   *
   * @param worth the credits that were given back; negative if they were taken, or are owed
   */
  record Reversed(Email owner, int worth) implements Heard {}

  /** The news are written, and no credit follows from them, at least until the payment grants. */
  record Noted() implements Heard {}

  /** The news were known; nothing was written. */
  record KnownAlready() implements Heard {}

  /**
   * The news are about money in another currency than the customer paid in, so that no share of the
   * credits follows from them; nothing was written. An operator has to look.
   */
  record ForeignMoney() implements Heard {}

  /** There is no such user any more; nothing was written. */
  record NoSuchUser(Email owner) implements ReversalOutcome {}
}
