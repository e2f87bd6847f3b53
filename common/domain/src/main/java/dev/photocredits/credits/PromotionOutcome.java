package dev.photocredits.credits;

/** What became of credits that are given away. */
public sealed interface PromotionOutcome {

  /** The credits and the entry are written. */
  record Promoted() implements PromotionOutcome {}

  /** The same was given before; nothing was written. */
  record AlreadyPromoted() implements PromotionOutcome {}

  /** The user has {@link Lots#MOST} unexpired lots already; nothing was written. */
  record TooManyLots() implements PromotionOutcome {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements PromotionOutcome {}
}
