package dev.photocredits.simulator;

/** What a service can do wrong. */
enum Violation {
  /** An account broke a rule of the audit after a write. */
  INCONSISTENT_ACCOUNT,
  /** The service failed, with nothing wrong outside of it. */
  UNEXPLAINED_ERROR,
  /** The balance is not what the transactions add up to. */
  BALANCE_IS_NOT_ITS_TRANSACTIONS,
  /** A customer spent more than they had. */
  NEGATIVE_BALANCE,
  /** A customer has fewer credits than they are owed. */
  CREDITS_LOST,
  /** A customer has more credits than they are owed. */
  CREDITS_MINTED,
  /** Credits that had expired were spent, or paid a debt. */
  EXPIRED_CREDITS_USED,
  /** Credits were removed as expired that had not expired, or had been spent. */
  CREDITS_EXPIRED_TOO_EARLY,
  /** A generation never ends. */
  PENDING_FOR_EVER,
  /** A generation was still pending after a sweep that had nothing against it. */
  REFUND_LATE,
  /** A caller was told that nothing was charged, and it was. */
  LIE,
  /** One request was charged more than once. */
  CHARGED_TWICE,
  /** More was charged than the delivered pictures are worth. */
  CHARGED_FOR_NOTHING,
  /** Less was charged than the delivered pictures are worth. */
  FREE_PICTURES,
  /** A picture that was paid for cannot be fetched. */
  PICTURE_MISSING,
  /** A picture is there that its owner has deleted. */
  PICTURE_LEFT,
  /** A user is more than one customer of the provider's. */
  CUSTOMER_TWICE,
  /** A customer with enough credits was refused for lack of them. */
  UNJUST_REFUSAL,
  /** A customer cannot buy, though Stripe and the table are up. */
  LOCKED_OUT,
  /** A reply named a balance that the account did not have. */
  BALANCE_MISTOLD,
  /** Something that an operator has to look at was not brought up. */
  NO_ATTENTION,
  /** A user had the model called for nothing, without a bound. */
  UNBOUNDED_CALLS,
  /** The model was asked for more in a day than the cap allows. */
  CAP_EXCEEDED,
  /** The counter of the cap is above what the model was asked for. */
  CAP_OVERCOUNTED,
  /** The counter of the cap is below what the model was asked for. */
  CAP_UNDERCOUNTED
}
