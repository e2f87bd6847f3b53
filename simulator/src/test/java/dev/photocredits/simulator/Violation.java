package dev.photocredits.simulator;

/** A way in which a service can break its promises. */
enum Violation {
  /** An account was inconsistent after a write, by the rules of the audit. */
  INCONSISTENT_ACCOUNT,
  /** The service failed although no fault was injected. */
  UNEXPLAINED_ERROR,
  /** The balance is not the sum of the transactions. */
  BALANCE_IS_NOT_ITS_TRANSACTIONS,
  /** A customer spent more than they had. */
  NEGATIVE_BALANCE,
  /** A customer has fewer credits than they should. */
  CREDITS_LOST,
  /** A customer has more credits than they should. */
  CREDITS_MINTED,
  /** Expired credits were spent or settled a debt. */
  EXPIRED_CREDITS_USED,
  /** Credits were expired before their time, or after they had been spent. */
  CREDITS_EXPIRED_TOO_EARLY,
  /** A generation stays pending forever. */
  PENDING_FOR_EVER,
  /** An overdue generation was still pending after a sweep without faults. */
  REFUND_LATE,
  /** A reply said that nothing was charged, but credits were. */
  LIE,
  /** One request was charged more than once. */
  CHARGED_TWICE,
  /** More was charged than the delivered pictures are worth. */
  CHARGED_FOR_NOTHING,
  /** Less was charged than the delivered pictures are worth. */
  FREE_PICTURES,
  /** A picture that was paid for does not exist. */
  PICTURE_MISSING,
  /** A picture that its owner deleted still exists. */
  PICTURE_LEFT,
  /** A user has more than one customer at Stripe. */
  CUSTOMER_TWICE,
  /** A customer with enough credits was refused for insufficient credits. */
  UNJUST_REFUSAL,
  /** A customer cannot buy although Stripe and the table are up. */
  LOCKED_OUT,
  /** A reply reported a balance that the account did not have. */
  BALANCE_MISTOLD,
  /** Something that needs an operator's attention was not reported. */
  NO_ATTENTION,
  /** A user caused more uncharged calls to the model than the limit allows. */
  UNBOUNDED_CALLS,
  /** More pictures were requested from the model in a day than the cap allows. */
  CAP_EXCEEDED,
  /** The cap's counter is above the number of pictures requested from the model. */
  CAP_OVERCOUNTED,
  /** The cap's counter is below the number of pictures requested from the model. */
  CAP_UNDERCOUNTED
}
