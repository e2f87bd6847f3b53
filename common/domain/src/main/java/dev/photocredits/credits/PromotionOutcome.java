package dev.photocredits.credits;

/** The result of granting a promotion. */
public sealed interface PromotionOutcome {

  /** The balance and the transaction are written. */
  record Promoted() implements PromotionOutcome {}

  /** The user has received the same promotion before; nothing was written. */
  record AlreadyPromoted() implements PromotionOutcome {}

  /** The user already has {@link Lots#MOST} unexpired lots; nothing was written. */
  record TooManyLots() implements PromotionOutcome {}

  /** The user does not exist; nothing was written. */
  record NoSuchUser() implements PromotionOutcome {}
}
