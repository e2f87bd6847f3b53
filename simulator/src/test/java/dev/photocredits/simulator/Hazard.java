package dev.photocredits.simulator;

import java.util.EnumSet;
import java.util.Set;

/** Something that may happen in a schedule, apart from faults of single calls. */
enum Hazard {
  /** Events arrive more than once, sometimes under new ids. */
  DUPLICATES(80),
  /** Some events never reach the webhook. */
  LOST_EVENTS(80),
  /** Events appear in Stripe's list minutes after they were created. */
  LIST_LAG(40),
  /** Some payments settle later or fail; some sessions expire unpaid. */
  DELAYED_PAYMENTS(80),
  /** Some customers pay with a discount, or nothing at all. */
  DISCOUNTS(60),
  /** Payments are refunded in whole or in part. */
  REFUNDS(80),
  /** Refunds fail or are cancelled after they were reported; new refunds may follow. */
  FAILED_REFUNDS(40),
  /** Disputes withdraw the whole payment; banks return all of it or nothing. */
  DISPUTES(80),
  /** Disputes withdraw or return a part of the payment, or withdraw it again. */
  PARTIAL_DISPUTES(40),
  /** Stripe settles in another currency, at changing exchange rates. */
  EXCHANGE_RATES(30),
  /** Refunds and disputes have another currency than the payment. */
  OTHER_CURRENCIES(15),
  /** The Stripe account has sessions of another stage, and sessions without our metadata. */
  OTHER_SALES(20),
  /** It has sessions that look like ours, but with another mode, account or currency. */
  LOOKALIKES(15),
  /** All customers act at the same moment. */
  CROWD(0),
  /** Callers that get no response repeat the request with the same idempotency key. */
  RETRIES(90),
  /** The model refuses prompts and omits pictures at random. */
  MOODY_MODEL(80),
  /** Some requests are asynchronous; messages arrive late, twice, or at several workers. */
  QUEUE(80),
  /** Users delete generations, pending or not. */
  DELETIONS(60),
  /** Operators grant promotions that expire soon, and repeat some of them. */
  EXPIRING_GRANTS(70),
  /** Operators adjust balances up and down. */
  ADJUSTMENTS(30),
  /** New users get welcome credits. */
  WELCOME(30),
  /** Deployments change the price of a generation and the lease. */
  DEPLOYMENTS(30),
  /** Deployments change the credits and price of the packs. */
  CATALOGUE(20),
  /** Generation is switched off for a while. */
  KILL_SWITCH(15),
  /** The table, Stripe, the sweeper or the webhook is down for minutes. */
  OUTAGES(25),
  /** One of them is down for up to a day. */
  LONG_OUTAGES(5),
  /** Webhooks and scheduled tasks are down until Stripe has discarded its events. */
  FORGETTING(10),
  /** One account is poisoned: every call that touches it fails. */
  POISON(10),
  /** An abuser keeps causing uncharged calls to the model. */
  ABUSE(2),
  /** A daily cap limits the pictures requested from the model. */
  DAILY_CAP(20),
  /** Users are erased. */
  ERASURE(15),
  /** The table is restored to an earlier point in time, while nothing else runs. */
  RESTORE(8),
  /** Stripe fails a request, and replays the error for each repeat under its key. */
  STICKY_ERRORS(8),
  /** Operators delete customers at Stripe. */
  DELETED_CUSTOMERS(8),
  /** Audits run during the schedule. */
  AUDIT(20);

  /** The percentage of schedules that have this hazard when all are allowed. */
  final int percent;

  Hazard(int percent) {
    this.percent = percent;
  }

  static final Set<Hazard> NONE = EnumSet.noneOf(Hazard.class);

  /** All but {@link #CROWD}, which is only used alone. */
  static final Set<Hazard> ALL = EnumSet.complementOf(EnumSet.of(CROWD));
}
