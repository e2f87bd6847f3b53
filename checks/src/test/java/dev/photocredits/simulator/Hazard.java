package dev.photocredits.simulator;

import java.util.EnumSet;
import java.util.Set;

/** What may happen in a schedule, beside faults of single calls. */
enum Hazard {
  /** Events come more than once, and under new ids. */
  DUPLICATES(80),
  /** Some events never reach the webhook. */
  LOST_EVENTS(80),
  /** Events are in Stripe's list minutes after they were created. */
  LIST_LAG(40),
  /** Some payments arrive later, or never; some sessions expire unpaid. */
  DELAYED_PAYMENTS(80),
  /** Some pay with a discount, or nothing at all. */
  DISCOUNTS(60),
  /** Money is refunded. */
  REFUNDS(80),
  /** Refunds fail or are cancelled after they were reported; new ones follow. */
  FAILED_REFUNDS(40),
  /** Banks withdraw what a customer paid, and return all of it or nothing. */
  DISPUTES(80),
  /** Banks withdraw a part, return a part, and withdraw again. */
  PARTIAL_DISPUTES(40),
  /** Stripe settles in another currency, at rates that move. */
  EXCHANGE_RATES(30),
  /** Refunds and disputes come in another currency than was paid. */
  OTHER_CURRENCIES(15),
  /** The account of Stripe's sees sessions of another stage, and sessions without our metadata. */
  OTHER_SALES(20),
  /** It sees sessions that look like ours, of another mode, account or currency. */
  LOOKALIKES(15),
  /** Everybody wants everything at the same moment. */
  CROWD(0),
  /** Callers who get no answer ask again with the same key. */
  RETRIES(90),
  /** The model refuses, and forgets pictures. */
  MOODY_MODEL(80),
  /** Some do not wait for their pictures; messages come late, twice and to several workers. */
  QUEUE(80),
  /** People delete generations that are pending, and others. */
  DELETIONS(60),
  /** Operators give credits that expire soon, some of them again. */
  EXPIRING_GRANTS(70),
  /** Operators correct balances, up and down. */
  ADJUSTMENTS(30),
  /** New users are given credits. */
  WELCOME(30),
  /** Deployments change the price of a generation, the lease and the limits. */
  DEPLOYMENTS(30),
  /** Deployments change what a pack holds and costs. */
  CATALOGUE(20),
  /** Generating is turned off for a while. */
  KILL_SWITCH(15),
  /** The table, Stripe or the sweeper is down for minutes. */
  OUTAGES(25),
  /** One of them is down for a day. */
  LONG_OUTAGES(5),
  /** Webhooks and schedules are down until Stripe has forgotten its events. */
  FORGETTING(10),
  /** One account, or one event, makes whatever touches it fail. */
  POISON(10),
  /** Somebody has the model called for nothing, again and again. */
  ABUSE(2),
  /** There is a daily cap on what the model is asked for. */
  DAILY_CAP(20),
  /** Customers are erased. */
  ERASURE(15),
  /** The table is restored to an earlier point in time, while nothing else goes on. */
  RESTORE(8),
  /** Stripe fails a request, and fails every repeat under its key for a day. */
  STICKY_ERRORS(8),
  /** The shop's people delete customers at Stripe. */
  DELETED_CUSTOMERS(8),
  /** The audit runs beside it. */
  AUDIT(20);

  /** In how many of a hundred schedules it is there, where all may be. */
  final int percent;

  Hazard(int percent) {
    this.percent = percent;
  }

  static final Set<Hazard> NONE = EnumSet.noneOf(Hazard.class);

  /** All but a crowd, which a schedule has to itself. */
  static final Set<Hazard> ALL = EnumSet.complementOf(EnumSet.of(CROWD));
}
