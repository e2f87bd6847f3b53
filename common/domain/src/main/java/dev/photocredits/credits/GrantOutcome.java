package dev.photocredits.credits;

/** What became of a purchase. */
public sealed interface GrantOutcome {

  /** The session has granted its credits. */
  sealed interface Fulfilled extends GrantOutcome {}

  /**
   * The credits, the entry and the mark that the session has been granted are written.
   *
   * @param credits what the purchase brought
   * @param reversed what was reversed of it at once, since its money had gone back before
   * @param knowsForeignMoney whether a refund or dispute in another currency is known of its
   *     payment, which moved nothing: an operator has to look
   */
  record Granted(Credits credits, Credits reversed, boolean knowsForeignMoney)
      implements Fulfilled {}

  /**
   * The session was granted before; nothing was written.
   *
   * @param knowsForeignMoney as of {@link Granted}: told again, since nobody may have heard of it
   */
  record AlreadyGranted(boolean knowsForeignMoney) implements Fulfilled {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements GrantOutcome {}
}
