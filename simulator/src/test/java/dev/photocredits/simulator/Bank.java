package dev.photocredits.simulator;

import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.simulator.stripe.SimulatedStripe.CardPayment;
import dev.photocredits.simulator.stripe.SimulatedStripe.Session;
import dev.photocredits.values.Email;
import java.util.HashMap;
import java.util.Map;

/** What banks, operators and other merchants do at Stripe. */
final class Bank {
  private final Schedule schedule;
  private final World world;

  Bank(Schedule schedule) {
    this.schedule = schedule;
    this.world = schedule.world;
  }

  /** May refund or dispute a payment after a while, as a concurrent task. */
  void mayReturnMoney(Session session) {
    if (schedule.happens(40)) {
      schedule.meanwhile("moves", () -> returnMoney(session));
    }
  }

  void returnMoney(Session session) {
    var payment = session.payment;
    if (payment == null) {
      return;
    }
    for (var moves = 1 + world.random().nextInt(3); moves > 0; moves--) {
      schedule.waitUpTo(schedule.happens(20) ? 1800 : 120);
      if (schedule.happens(60)) {
        if (schedule.plan.has(Hazard.REFUNDS)) {
          schedule.act("refunds", () -> refund(payment));
        }
      } else if (schedule.plan.has(Hazard.DISPUTES)) {
        schedule.act("disputes", () -> dispute(payment));
      }
    }
  }

  private void refund(CardPayment payment) {
    if (schedule.may(Hazard.OTHER_CURRENCIES, 20)) {
      var _ = world.stripe.refund(payment, 1 + world.random().nextLong(500), "eur", "succeeded");
      return;
    }
    var most = payment.refundable();
    if (most == 0) {
      return;
    }
    var cents = schedule.happens(50) ? most : 1 + world.random().nextLong(most);
    if (!schedule.may(Hazard.FAILED_REFUNDS, 60)) {
      var _ = world.stripe.refund(payment, cents, payment.session.currency, "succeeded");
      return;
    }
    var refund = world.stripe.refund(payment, cents, payment.session.currency, "pending");
    schedule.waitUpTo(120);
    world.stripe.update(
        refund, schedule.happens(30) ? "succeeded" : schedule.happens(60) ? "failed" : "canceled");
    if (!refund.isEffective() && schedule.happens(50)) {
      schedule.waitUpTo(60);
      var _ = world.stripe.refund(payment, cents, payment.session.currency, "succeeded");
    }
  }

  private void dispute(CardPayment payment) {
    if (schedule.may(Hazard.OTHER_CURRENCIES, 20)) {
      var dispute = world.stripe.dispute(payment, 780, "gbp");
      world.stripe.withdraw(dispute, 780);
      return;
    }
    var isPartial = schedule.may(Hazard.PARTIAL_DISPUTES, 60);
    var amount =
        isPartial && schedule.happens(50)
            ? 1 + world.random().nextLong(payment.amount)
            : payment.amount;
    var dispute = world.stripe.dispute(payment, amount, payment.session.currency);
    world.stripe.withdraw(dispute, amount);
    schedule.waitUpTo(60);
    var rate = payment.rate == 1 ? 1 : payment.rate - 3 + world.random().nextLong(7);
    if (isPartial && schedule.happens(50)) {
      // Partially won: a part is returned at the rate of the withdrawal, and the rest is lost.
      var part = 1 + world.random().nextLong(amount);
      world.stripe.reinstate(dispute, part, "lost", payment.rate);
    } else if (!schedule.happens(60)) {
      // A lost dispute moves no money, and has no event that the webhook handles.
      dispute.status = "lost";
    } else {
      world.stripe.reinstate(dispute, amount, "won", rate);
      // At another rate, the settled amounts would not show that all of it was withdrawn again.
      if (isPartial && rate == payment.rate && schedule.happens(50)) {
        schedule.waitUpTo(60);
        dispute.status = "lost";
        world.stripe.withdraw(dispute, amount);
      }
    }
  }

  /** Makes a sale of another stage through the same Stripe account. */
  void sell(Email email) {
    schedule.waitUpTo(120);
    var metadata = metadata(email, "staging");
    if (schedule.happens(30)) {
      metadata.clear();
    }
    var session = world.stripe.open("cus_other", metadata, metadata, null, null, 999);
    world.stripe.pay(session, 1);
    if (schedule.happens(50)) {
      returnMoney(session);
    }
  }

  /** Makes a sale that looks like ours except for its mode, account or currency. */
  void sellLookalike(Email email) {
    schedule.waitUpTo(120);
    var metadata = metadata(email, SimulatedStripe.OUR_STAGE);
    var session = world.stripe.open("cus_other", metadata, metadata, null, null, 999);
    switch (world.random().nextInt(4)) {
      case 0 -> session.livemode = true;
      case 1 -> session.account = "acct_other";
      case 2 -> session.mode = "subscription";
      default -> session.currency = "eur";
    }
    world.stripe.pay(session, 1);
  }

  private static Map<String, String> metadata(Email email, String stage) {
    return new HashMap<>(
        Map.of("user_email", email.value(), "package", "starter", "credits", "10", "stage", stage));
  }
}
