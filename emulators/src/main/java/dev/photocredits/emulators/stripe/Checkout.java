package dev.photocredits.emulators.stripe;

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
 * The lifecycle of Checkout Sessions. An open session is either paid or expires, and a payment may
 * be refunded or disputed. Every change, and the event that it causes, is on disk before the caller
 * receives the response.
 */
final class Checkout {
  private static final Duration LIFETIME = Duration.ofHours(24);
  private static final Duration EXPIRY_INTERVAL = Duration.ofSeconds(30);

  private final JsonFiles<CheckoutSession> sessions;
  private final JsonFiles<Customer> customers;
  private final Webhooks webhooks;
  private final Ids ids;
  private final InstantSource clock;
  private final Duration settling;
  private final URI baseUrl;
  private final ExecutorService background;

  /**
   * @param settling how long a delayed payment takes to arrive
   */
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
   * Continues where an earlier run stopped: writes events that it recorded in a session only,
   * settles delayed payments, and expires sessions.
   */
  void resume() {
    for (var session : sessions.all()) {
      announce(session);
      if (session.awaitsPayment()) {
        settleLater(session);
      }
    }
    background.execute(this::expireOverdueForever);
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

  /** Stripe's JSON of the session in its current state. */
  ObjectNode json(CheckoutSession session) {
    var customer = session.order().customer();
    return session.json(baseUrl, customer == null ? null : customers.find(customer).orElse(null));
  }

  /** Completes an open session with an immediate payment. A complete session stays as it is. */
  CheckoutSession pay(String id) {
    return completed(id, session -> session.paid(ids.paymentIntent(), now(), ids.event()));
  }

  /** Completes an open session with a delayed payment. A complete session stays as it is. */
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

  /** Lets the delayed payment succeed. Does nothing if no payment is pending. */
  CheckoutSession settle(String id) {
    return changed(
        id, session -> session.awaitsPayment() ? session.settled(now(), ids.event()) : session);
  }

  /** Lets the delayed payment fail. Does nothing if no payment is pending. */
  CheckoutSession bounce(String id) {
    return changed(id, session -> session.awaitsPayment() ? session.bounced(ids.event()) : session);
  }

  /** Expires an open session. Fails if it is not open. */
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
   * Sends {@code checkout.session.completed} for a complete session again, under a new event id.
   * Fails if the session is not complete.
   */
  CheckoutSession resendCompleted(String id) {
    return changed(
        id,
        session -> {
          if (!session.isComplete()) {
            throw StripeError.invalid(null, "session", "This Checkout Session is not complete.");
          }
          return session.completedAgain(ids.event());
        });
  }

  /**
   * Refunds a paid session. The new refund is the last one of its charge. Fails if it exceeds the
   * unrefunded amount.
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
   * Opens a dispute of a paid session: the customer's bank withdraws {@code amount} minor units, or
   * the whole charge if it is null. Fails if the charge has been disputed before.
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

  /** Wins the dispute: the bank reinstates the funds. Fails if no dispute is open. */
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

  /** Writes and delivers those events of the session that are not written yet. */
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

  private void expireOverdueForever() {
    try {
      while (true) {
        for (var session : sessions.all()) {
          if (overdue(session)) {
            var _ = changed(session.id(), it -> overdue(it) ? it.expired(ids.event()) : it);
          }
        }
        Thread.sleep(EXPIRY_INTERVAL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
