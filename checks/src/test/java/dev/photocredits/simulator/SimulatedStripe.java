package dev.photocredits.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An account of Stripe's and the cards of its customers: sessions, payments, refunds and disputes,
 * and the events that tell of them as JSON. It is the truth about the money, and never fails by
 * itself.
 */
final class SimulatedStripe {
  static final String OUR_STAGE = "development";
  private static final Duration MEMORY = Duration.ofDays(30);

  private final InstantSource clock;
  final Map<String, Customer> customers = new LinkedHashMap<>();
  final Map<String, Session> sessions = new LinkedHashMap<>();
  final List<Event> events = new ArrayList<>();
  private int ids;

  SimulatedStripe(InstantSource clock) {
    this.clock = clock;
  }

  /** A customer object of Stripe's. */
  record Customer(String address, Instant created) {}

  /** What a pack held and cost when it was sold, in cents. */
  record Terms(String pack, int credits, long cents) {}

  /** How far a session is, in Stripe's words. */
  enum Status {
    OPEN,
    COMPLETE,
    EXPIRED
  }

  /** A Checkout Session. */
  static final class Session {
    final String id;
    final String customer;
    final Map<String, String> metadata;
    final Map<String, String> paymentMetadata;
    final Instant created;

    /** What was sold by it, or null if the sale is not ours. */
    final @Nullable Terms sold;

    final @Nullable String reference;
    String currency = "usd";
    String mode = "payment";
    boolean livemode;
    @Nullable String account;
    Status status = Status.OPEN;
    boolean paid;
    long total;
    @Nullable CardPayment payment;

    private Session(
        String id,
        String customer,
        Map<String, String> metadata,
        Map<String, String> paymentMetadata,
        @Nullable String reference,
        @Nullable Terms sold,
        long total,
        Instant created) {
      this.id = id;
      this.customer = customer;
      this.metadata = metadata;
      this.paymentMetadata = paymentMetadata;
      this.reference = reference;
      this.sold = sold;
      this.total = total;
      this.created = created;
    }

    /** Whether our key sees it: not in the other mode, nor in a connected account. */
    boolean isOfOurAccount() {
      return !livemode && account == null;
    }

    private ObjectNode json(boolean expanded) {
      var json = JsonNodeFactory.instance.objectNode();
      json.put("id", id).put("object", "checkout.session").put("amount_total", total);
      json.put("client_reference_id", reference).put("created", created.getEpochSecond());
      json.put("currency", currency).put("customer", customer).put("livemode", livemode);
      metadata.forEach(json.putObject("metadata")::put);
      json.put("mode", mode).put("status", status.name().toLowerCase(java.util.Locale.ROOT));
      json.put("payment_status", paid ? total == 0 ? "no_payment_required" : "paid" : "unpaid");
      json.put("url", status == Status.OPEN ? "https://pay.example/" + id : null);
      if (payment == null) {
        json.putNull("payment_intent");
      } else if (expanded) {
        json.set("payment_intent", payment.intentJson());
      } else {
        json.put("payment_intent", payment.intent);
      }
      return json;
    }

    ObjectNode expanded() {
      return json(true);
    }

    ObjectNode listed() {
      return json(false);
    }
  }

  /** Money that moved between us and a customer's card, in the currency in which they paid. */
  static final class CardPayment {
    final String intent;
    final String charge;
    final Session session;
    final long amount;
    final long rate;
    boolean failed;
    final List<Refund> refunds = new ArrayList<>();
    final List<Dispute> disputes = new ArrayList<>();

    /**
     * @param rate what a cent of the payment is in the currency in which Stripe settles; 1 where
     *     that is the same currency
     */
    private CardPayment(String id, Session session, long rate) {
      this.intent = "pi_" + id;
      this.charge = "ch_" + id;
      this.session = session;
      this.amount = session.total;
      this.rate = rate;
    }

    /** The net money that the customer had got back by then, as their card's statement says. */
    long returned(Instant then) {
      var back = 0L;
      for (var refund : refunds) {
        var counts = refund.stands() && refund.currency.equals(session.currency);
        back += counts && !refund.created.isAfter(then) ? refund.amount : 0;
      }
      for (var dispute : disputes) {
        back += dispute.currency.equals(session.currency) ? dispute.returned(then) : 0;
      }
      return back;
    }

    /**
     * What the customer had been given back by then, taken back or not. A shop that has not heard
     * of the return yet acts on that.
     */
    long everReturned(Instant then) {
      var back = 0L;
      for (var refund : refunds) {
        var counts = refund.currency.equals(session.currency);
        back += counts && !refund.created.isAfter(then) ? refund.amount : 0;
      }
      for (var dispute : disputes) {
        back += dispute.currency.equals(session.currency) ? dispute.withdrawn(then) : 0;
      }
      return back;
    }

    /** Whether the customer ever had money back that they have no more. */
    boolean hasTakenBack() {
      return refunds.stream().anyMatch(refund -> !refund.stands())
          || disputes.stream()
              .flatMap(dispute -> dispute.movements.stream())
              .anyMatch(movement -> movement.card < 0);
    }

    /** What can still be refunded: Stripe refunds no more than was paid. */
    long refundable() {
      return amount - refunded();
    }

    private long refunded() {
      return refunds.stream()
          .filter(refund -> refund.stands() && refund.currency.equals(session.currency))
          .mapToLong(refund -> refund.amount)
          .sum();
    }

    ObjectNode intentJson() {
      var json = JsonNodeFactory.instance.objectNode();
      var status = session.paid ? "succeeded" : failed ? "requires_payment_method" : "processing";
      json.put("id", intent).put("object", "payment_intent").put("amount", amount);
      json.put("currency", session.currency).put("status", status);
      session.paymentMetadata.forEach(json.putObject("metadata")::put);
      if (session.paid) {
        json.set("latest_charge", chargeJson());
      }
      return json;
    }

    ObjectNode chargeJson() {
      var json = JsonNodeFactory.instance.objectNode();
      json.put("id", charge).put("object", "charge").put("amount", amount);
      json.put("amount_captured", amount).put("amount_refunded", refunded());
      json.put("currency", session.currency).put("disputed", !disputes.isEmpty());
      json.put("livemode", session.livemode).put("payment_intent", intent);
      json.put("refunded", refunded() >= amount).put("paid", true);
      session.paymentMetadata.forEach(json.putObject("metadata")::put);
      var list = json.putObject("refunds").put("object", "list").put("has_more", false);
      var data = list.putArray("data");
      refunds.forEach(refund -> data.add(refund.json()));
      return json;
    }
  }

  /** A refund object of Stripe's. */
  static final class Refund {
    final String id;
    final CardPayment payment;
    final long amount;
    final String currency;
    final Instant created;
    String status;

    private Refund(
        String id,
        CardPayment payment,
        long amount,
        String currency,
        String status,
        Instant created) {
      this.created = created;
      this.id = id;
      this.payment = payment;
      this.amount = amount;
      this.currency = currency;
      this.status = status;
    }

    /** Whether the customer has the money, or will have it as far as anybody knows. */
    boolean stands() {
      return !status.equals("failed") && !status.equals("canceled");
    }

    ObjectNode json() {
      var json = JsonNodeFactory.instance.objectNode();
      json.put("id", id).put("object", "refund").put("amount", amount);
      json.put("charge", payment.charge).put("currency", currency).put("status", status);
      json.put("payment_intent", payment.intent).putObject("metadata");
      return json;
    }
  }

  /** A dispute, and what banks moved because of it. */
  static final class Dispute {
    final String id;
    final CardPayment payment;
    final long amount;
    final String currency;
    final Instant created;
    String status = "needs_response";
    private final List<Movement> movements = new ArrayList<>();

    /**
     * @param card what the customer's card got, in the dispute's currency
     * @param settled what our balance got, in the currency of settlement
     * @param fee what Stripe took beside it
     */
    private record Movement(String id, Instant at, long card, long settled, long fee) {}

    private Dispute(String id, CardPayment payment, long amount, String currency, Instant created) {
      this.created = created;
      this.id = id;
      this.payment = payment;
      this.amount = amount;
      this.currency = currency;
    }

    private long withdrawn(Instant then) {
      return movements.stream()
          .filter(movement -> !movement.at.isAfter(then))
          .mapToLong(movement -> Math.max(0, movement.card))
          .sum();
    }

    /** What the customer had of it then. */
    private long returned(Instant then) {
      return movements.stream()
          .filter(movement -> !movement.at.isAfter(then))
          .mapToLong(Movement::card)
          .sum();
    }

    ObjectNode json() {
      var json = JsonNodeFactory.instance.objectNode();
      json.put("id", id).put("object", "dispute").put("amount", amount);
      json.put("charge", payment.charge).put("currency", currency);
      json.put("livemode", payment.session.livemode).put("payment_intent", payment.intent);
      json.put("reason", "fraudulent").put("status", status).putObject("metadata");
      var all = json.putArray("balance_transactions");
      for (var movement : movements) {
        all.addObject()
            .put("id", movement.id)
            .put("object", "balance_transaction")
            .put("amount", movement.settled)
            .put("currency", payment.rate == 1 ? currency : "jpy")
            .put("fee", movement.fee)
            .put("net", movement.settled - movement.fee)
            .put("type", "adjustment")
            .put("reporting_category", movement.card > 0 ? "dispute" : "dispute_reversal");
      }
      return json;
    }
  }

  /**
   * An event, which Stripe sends to the webhook until it is accepted, for three days.
   *
   * @param session whose money it is about
   * @param listedAt when it can be listed; null if only the webhook hears of it
   * @param body as it is sent, which is its state when it was created
   */
  record Event(
      String id,
      String type,
      Instant created,
      @Nullable Instant listedAt,
      Session session,
      ObjectNode body) {
    boolean completes() {
      return type.equals("checkout.session.completed");
    }
  }

  /** How much later than it is created an event is listed. */
  private Duration lag = Duration.ZERO;

  void lag(Duration now) {
    lag = now;
  }

  String id(String prefix) {
    return prefix + ++ids;
  }

  // What our processes ask for

  void createCustomer(String id, String address) {
    customers.put(id, new Customer(address, clock.instant()));
  }

  Session open(
      String customer,
      Map<String, String> metadata,
      Map<String, String> paymentMetadata,
      @Nullable String reference,
      @Nullable Terms sold,
      long total) {
    var id = id("cs_");
    var session =
        new Session(
            id,
            customer,
            Map.copyOf(metadata),
            Map.copyOf(paymentMetadata),
            reference,
            sold,
            total,
            clock.instant());
    sessions.put(id, session);
    return session;
  }

  @Nullable CardPayment payment(String intentOrCharge) {
    for (var session : sessions.values()) {
      var payment = session.payment;
      if (payment != null
          && (payment.intent.equals(intentOrCharge) || payment.charge.equals(intentOrCharge))) {
        return payment;
      }
    }
    return null;
  }

  @Nullable Dispute dispute(String id) {
    return sessions.values().stream()
        .flatMap(session -> java.util.stream.Stream.ofNullable(session.payment))
        .flatMap(payment -> payment.disputes.stream())
        .filter(dispute -> dispute.id.equals(id))
        .findFirst()
        .orElse(null);
  }

  @Nullable Refund refund(String id) {
    return sessions.values().stream()
        .flatMap(session -> java.util.stream.Stream.ofNullable(session.payment))
        .flatMap(payment -> payment.refunds.stream())
        .filter(refund -> refund.id.equals(id))
        .findFirst()
        .orElse(null);
  }

  /** The events that it still has and lists by now, newest first. */
  List<Event> listed() {
    var now = clock.instant();
    return events.reversed().stream()
        .filter(event -> event.listedAt != null && !event.listedAt.isAfter(now))
        .filter(event -> !event.created.isBefore(now.minus(MEMORY)))
        .toList();
  }

  /** Whether it has forgotten an event. */
  boolean hasForgotten(Event event) {
    return event.created.isBefore(clock.instant().minus(MEMORY));
  }

  // What customers do

  /** Pays, at once. */
  void pay(Session session, long rate) {
    session.status = Status.COMPLETE;
    session.paid = true;
    if (session.total > 0) {
      session.payment = new CardPayment(id(""), session, rate);
    }
    tell("checkout.session.completed", session);
  }

  void discount(Session session, long total) {
    session.total = total;
  }

  /** Completes the session; the money is on its way. */
  void payLater(Session session, long rate) {
    session.status = Status.COMPLETE;
    session.payment = new CardPayment(id(""), session, rate);
    tell("checkout.session.completed", session);
  }

  void settle(Session session) {
    session.paid = true;
    tell("checkout.session.async_payment_succeeded", session);
  }

  void bounce(Session session) {
    java.util.Objects.requireNonNull(session.payment).failed = true;
    tell("checkout.session.async_payment_failed", session);
  }

  void expire(Session session) {
    session.status = Status.EXPIRED;
    tell("checkout.session.expired", session);
  }

  /** Tells of a session again, under another event id. */
  void tellAgain(Session session) {
    tell("checkout.session.completed", session);
  }

  // What banks and the shop's people do

  Refund refund(CardPayment payment, long cents, String currency, String status) {
    var refund = new Refund(id("re_"), payment, cents, currency, status, clock.instant());
    payment.refunds.add(refund);
    tell("refund.created", payment.session, refund.json());
    tell("charge.refunded", payment.session, payment.chargeJson());
    return refund;
  }

  void update(Refund refund, String status) {
    refund.status = status;
    var type = status.equals("failed") ? "refund.failed" : "refund.updated";
    tell(type, refund.payment.session, refund.json());
  }

  Dispute dispute(CardPayment payment, long cents, String currency) {
    var dispute = new Dispute(id("du_"), payment, cents, currency, clock.instant());
    payment.disputes.add(dispute);
    return dispute;
  }

  void withdraw(Dispute dispute, long cents) {
    dispute.movements.add(
        new Dispute.Movement(
            id("txn_"), clock.instant(), cents, -cents * dispute.payment.rate, 1500));
    tell("charge.dispute.funds_withdrawn", dispute.payment.session, dispute.json());
  }

  /**
   * The bank returns so much.
   *
   * @param rate of that day
   */
  void reinstate(Dispute dispute, long cents, String status, long rate) {
    dispute.status = status;
    dispute.movements.add(
        new Dispute.Movement(id("txn_"), clock.instant(), -cents, cents * rate, 0));
    tell("charge.dispute.funds_reinstated", dispute.payment.session, dispute.json());
  }

  private void tell(String type, Session session) {
    tell(type, session, session.json(false));
  }

  private void tell(String type, Session session, ObjectNode object) {
    var id = id("evt_");
    var now = clock.instant();
    var body = JsonNodeFactory.instance.objectNode();
    body.put("id", id).put("object", "event").put("api_version", "2025-09-30.clover");
    body.put("created", now.getEpochSecond()).put("livemode", session.livemode).put("type", type);
    if (session.account != null) {
      body.put("account", session.account);
    }
    body.putObject("data").set("object", object);
    var isListed = session.isOfOurAccount();
    events.add(new Event(id, type, now, isListed ? now.plus(lag) : null, session, body));
  }
}
