package dev.photocredits.local.stripe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The life of Checkout Sessions: opened, then once either paid or expired, and what was paid
 * perhaps refunded or disputed. Every change is on disk, and so is the promise of its event, before
 * the caller hears of it.
 */
final class Checkout {
  private static final Duration LIFETIME = Duration.ofHours(24);
  private static final Duration SWEEP = Duration.ofSeconds(30);

  private final JsonFiles<CheckoutSession> sessions;
  private final JsonFiles<Customer> customers;
  private final Webhooks webhooks;
  private final Ids ids;
  private final InstantSource clock;
  private final Duration settling;
  private final URI baseUrl;
  private final ExecutorService background;

  /** {@code settling} is how long a delayed payment takes to arrive. */
  Checkout(
      JsonFiles<CheckoutSession> sessions,
      JsonFiles<Customer> customers,
      Webhooks webhooks,
      Ids ids,
      InstantSource clock,
      Duration settling,
      URI baseUrl,
      ExecutorService background) {
    this.sessions = sessions;
    this.customers = customers;
    this.webhooks = webhooks;
    this.ids = ids;
    this.clock = clock;
    this.settling = settling;
    this.baseUrl = baseUrl;
    this.background = background;
  }

  /**
   * Goes on where an earlier run stopped: events that were promised and not written, payments that
   * have yet to arrive, expiry.
   */
  void resume() {
    for (var session : sessions.all()) {
      announce(session);
      if (session.awaitsPayment()) {
        settleLater(session);
      }
    }
    background.execute(this::expireOverdueForEver);
  }

  CheckoutSession open(Order order, String apiVersion) {
    var customer = order.customer();
    if (customer != null && customers.find(customer).filter(found -> !found.deleted()).isEmpty()) {
      throw StripeError.noSuch("customer", customer, "customer");
    }
    var now = clock.instant();
    synchronized (this) {
      var number = sessions.all().stream().mapToLong(CheckoutSession::number).max().orElse(0) + 1;
      var session =
          CheckoutSession.opened(
              ids.session(),
              number,
              apiVersion,
              order,
              now.getEpochSecond(),
              now.plus(LIFETIME).getEpochSecond());
      sessions.put(session.id(), session);
      return session;
    }
  }

  Optional<CheckoutSession> find(String id) {
    return sessions.find(id);
  }

  Optional<CheckoutSession> findByPaymentIntent(String id) {
    return sessions.all().stream()
        .filter(session -> id.equals(session.progress().paymentIntent()))
        .findFirst();
  }

  Optional<CheckoutSession> findByCharge(String id) {
    return sessions.all().stream().filter(session -> session.hasCharge(id)).findFirst();
  }

  List<CheckoutSession> newestFirst() {
    return sessions.all().stream()
        .sorted(Comparator.comparingLong(CheckoutSession::number).reversed())
        .toList();
  }

  /** The session as Stripe shows it now. */
  ObjectNode json(CheckoutSession session) {
    var customer = session.order().customer();
    return session.json(baseUrl, customer == null ? null : customers.find(customer).orElse(null));
  }

  /** Completes an open session with the money there at once. A complete session stays as it is. */
  CheckoutSession pay(String id) {
    return completed(id, session -> session.paid(ids.paymentIntent(), now(), ids.event()));
  }

  /**
   * Completes an open session with the money to arrive later. A complete session stays as it is.
   */
  CheckoutSession payDelayed(String id) {
    var arrival = clock.instant().plus(settling).toEpochMilli();
    var session =
        completed(id, open -> open.completedUnpaid(ids.paymentIntent(), arrival, ids.event()));
    if (session.awaitsPayment()) {
      settleLater(session);
    }
    return session;
  }

  private CheckoutSession completed(String id, UnaryOperator<CheckoutSession> completion) {
    return changed(
        id,
        session -> {
          if (session.isComplete()) {
            return session;
          }
          if (!session.isOpen() || overdue(session)) {
            throw StripeError.invalid(
                null, "session", "This Checkout Session has expired and cannot be paid.");
          }
          return completion.apply(session);
        });
  }

  /** The delayed payment arrives. Nothing happens where none is under way. */
  CheckoutSession settle(String id) {
    return changed(
        id, session -> session.awaitsPayment() ? session.settled(now(), ids.event()) : session);
  }

  /** The delayed payment fails. Nothing happens where none is under way. */
  CheckoutSession bounce(String id) {
    return changed(id, session -> session.awaitsPayment() ? session.bounced(ids.event()) : session);
  }

  /** Ends an open session; one that is not open is refused. */
  CheckoutSession expire(String id) {
    return changed(
        id,
        session -> {
          if (!session.isOpen()) {
            throw StripeError.invalid(
                null,
                "session",
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout"
                    + " Session has a status of "
                    + session.progress().status().word()
                    + ".");
          }
          return session.expired(ids.event());
        });
  }

  /**
   * Tells the webhook of a complete session again, as {@code checkout.session.completed} under a
   * new event id.
   */
  CheckoutSession tellAgain(String id) {
    return changed(
        id,
        session -> {
          if (!session.isComplete()) {
            throw StripeError.invalid(null, "session", "This Checkout Session is not complete.");
          }
          return session.toldAgain(ids.event());
        });
  }

  /**
   * Gives back money of a paid session: the last refund of its charge is this one. Refuses more
   * than is left.
   */
  CheckoutSession refund(String id, Refund.Wanted wanted) {
    return changed(
        id,
        session -> {
          var charge = session.charge().refunded(wanted, ids.refund(), now());
          return session.charged(charge, ids.event(), "charge.refunded", charge.json());
        });
  }

  /**
   * The buyer's bank takes that many minor units of a paid session back, all if it is null. Happens
   * to a charge once.
   */
  CheckoutSession dispute(String id, @Nullable Long amount) {
    return changed(
        id,
        session -> {
          var charge = session.charge();
          var dispute = charge.newDispute(amount, ids.dispute(), ids.transaction(), now());
          return session.charged(
              charge.with(dispute),
              ids.event(),
              "charge.dispute.funds_withdrawn",
              dispute.json(charge));
        });
  }

  /** The bank gives the disputed money back. Refuses where no dispute is open. */
  CheckoutSession winDispute(String id) {
    return changed(
        id,
        session -> {
          var charge = session.charge();
          var dispute = charge.openDispute().won(ids.transaction(), now());
          return session.charged(
              charge.with(dispute),
              ids.event(),
              "charge.dispute.funds_reinstated",
              dispute.json(charge));
        });
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  private synchronized CheckoutSession changed(String id, UnaryOperator<CheckoutSession> change) {
    var session = sessions.change(id, change);
    announce(session);
    return session;
  }

  /** Writes the events that the session promises and that are not written yet. */
  private synchronized void announce(CheckoutSession session) {
    for (var caused : session.progress().events()) {
      if (webhooks.find(caused.eventId()).isEmpty()) {
        webhooks.announce(
            Event.of(
                caused.eventId(),
                caused.type(),
                session.apiVersion(),
                webhooks.nextMoment(),
                session.id(),
                caused.object() == null ? json(session) : caused.object()));
      }
    }
  }

  private void settleLater(CheckoutSession session) {
    var settlesAt = session.progress().settlesAt();
    if (settlesAt == null) {
      return;
    }
    var pause = Math.max(0, settlesAt - clock.millis());
    background.execute(
        () -> {
          try {
            Thread.sleep(pause);
            var _ = settle(session.id());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private boolean overdue(CheckoutSession session) {
    return session.isOpen() && session.expiresAt() <= now();
  }

  private void expireOverdueForEver() {
    try {
      while (true) {
        for (var session : sessions.all()) {
          if (overdue(session)) {
            var _ = changed(session.id(), it -> overdue(it) ? it.expired(ids.event()) : it);
          }
        }
        Thread.sleep(SWEEP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
