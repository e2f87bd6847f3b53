package dev.photocredits.simulator.stripe;

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
 * A simulated Stripe account with the cards of its customers: sessions, payments, refunds and
 * disputes, and their events as JSON. It is the source of truth about money. It never fails by
 * itself.
 */
public final class SimulatedStripe {
  public static final String OUR_STAGE = "development";
  private static final Duration EVENT_RETENTION = Duration.ofDays(30);

  private final InstantSource clock;
  public final Map<String, Customer> customers = new LinkedHashMap<>();
  public final Map<String, Session> sessions = new LinkedHashMap<>();
  public final List<Event> events = new ArrayList<>();
  private int ids;

  public SimulatedStripe(InstantSource clock) {
    this.clock = clock;
  }

  /** A customer object of Stripe's. */
  public record Customer(String address, Instant created) {}

  /** The credits of a pack and its price in cents, when it was sold. */
  public record Terms(String pack, int credits, long cents) {}

  /** The status of a checkout session. */
  public enum Status {
    OPEN,
    COMPLETE,
    EXPIRED
  }

  /** A checkout session. */
  public static final class Session {
    public final String id;
    final String customer;
    public final Map<String, String> metadata;
    final Map<String, String> paymentMetadata;
    final Instant created;

    /** What it sells; null if the sale is not ours. */
    public final @Nullable Terms sold;

    final @Nullable String reference;
    public String currency = "usd";
    public String mode = "payment";
    public boolean livemode;
    public @Nullable String account;
    public Status status = Status.OPEN;
    public boolean paid;
    public long total;
    public @Nullable CardPayment payment;

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

    /** Whether our API key can read it: not one in live mode or of another account. */
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

  /** A card payment with its refunds and disputes; amounts are in the currency of the payment. */
  public static final class CardPayment {
    final String intent;
    final String charge;
    public final Session session;
    public final long amount;
    public final long rate;
    boolean failed;
    public final List<Refund> refunds = new ArrayList<>();
    public final List<Dispute> disputes = new ArrayList<>();

    /**
     * A payment of the session's total.
     *
     * @param rate the exchange rate into the currency in which Stripe settles; 1 if it is the same
     */
    private CardPayment(String id, Session session, long rate) {
      this.intent = "pi_" + id;
      this.charge = "ch_" + id;
      this.session = session;
      this.amount = session.total;
      this.rate = rate;
    }

    /** The net amount that had been returned to the customer's card by then. */
    public long returned(Instant then) {
      var back = 0L;
      for (var refund : refunds) {
        var counts = refund.isEffective() && refund.currency.equals(session.currency);
        back += counts && !refund.created.isAfter(then) ? refund.amount : 0;
      }
      for (var dispute : disputes) {
        back += dispute.currency.equals(session.currency) ? dispute.returned(then) : 0;
      }
      return back;
    }

    /**
     * The gross amount that had been returned to the customer's card by then, whether or not it was
     * withdrawn again. A shop acts on this until it learns of the withdrawal.
     */
    public long everReturned(Instant then) {
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

    /** Whether any money was returned to the customer's card and then withdrawn again. */
    public boolean hadReturnWithdrawn() {
      return refunds.stream().anyMatch(refund -> !refund.isEffective())
          || disputes.stream()
              .flatMap(dispute -> dispute.movements.stream())
              .anyMatch(movement -> movement.card < 0);
    }

    /** The amount that can still be refunded: Stripe refunds no more than was paid. */
    public long refundable() {
      return amount - refunded();
    }

    private long refunded() {
      return refunds.stream()
          .filter(refund -> refund.isEffective() && refund.currency.equals(session.currency))
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
  public static final class Refund {
    public final String id;
    public final CardPayment payment;
    public final long amount;
    public final String currency;
    final Instant created;
    public String status;

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

    /** Whether the refund has succeeded, or is pending: it has not failed or been cancelled. */
    public boolean isEffective() {
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

  /** A dispute, with the money that the bank moved because of it. */
  public static final class Dispute {
    public final String id;
    public final CardPayment payment;
    public final long amount;
    public final String currency;
    final Instant created;
    public String status = "needs_response";
    private final List<Movement> movements = new ArrayList<>();

    /**
     * A withdrawal or reinstatement of money.
     *
     * @param card the amount credited to the customer's card, in the dispute's currency
     * @param settled the amount credited to our Stripe balance, in the settlement currency
     * @param fee the fee that Stripe charged us in addition
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

    /** The net amount that the dispute had returned to the customer's card by then. */
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
   * An event. Stripe delivers it to the webhook until it is accepted, for up to three days.
   *
   * @param session the session that it is about
   * @param listedAt when it appears in the list of events; null if only the webhook gets it
   * @param body the request body, with the object as it was when the event was created
   */
  public record Event(
      String id,
      String type,
      Instant created,
      @Nullable Instant listedAt,
      Session session,
      ObjectNode body) {
    public boolean completes() {
      return type.equals("checkout.session.completed");
    }
  }

  /** The delay between the creation of an event and its appearance in the list. */
  private Duration lag = Duration.ZERO;

  public void lag(Duration now) {
    lag = now;
  }

  String id(String prefix) {
    return prefix + ++ids;
  }

  // API requests

  void createCustomer(String id, String address) {
    customers.put(id, new Customer(address, clock.instant()));
  }

  public Session open(
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

  public @Nullable CardPayment payment(String intentOrCharge) {
    for (var session : sessions.values()) {
      var payment = session.payment;
      if (payment != null
          && (payment.intent.equals(intentOrCharge) || payment.charge.equals(intentOrCharge))) {
        return payment;
      }
    }
    return null;
  }

  public @Nullable Dispute dispute(String id) {
    return sessions.values().stream()
        .flatMap(session -> java.util.stream.Stream.ofNullable(session.payment))
        .flatMap(payment -> payment.disputes.stream())
        .filter(dispute -> dispute.id.equals(id))
        .findFirst()
        .orElse(null);
  }

  public @Nullable Refund refund(String id) {
    return sessions.values().stream()
        .flatMap(session -> java.util.stream.Stream.ofNullable(session.payment))
        .flatMap(payment -> payment.refunds.stream())
        .filter(refund -> refund.id.equals(id))
        .findFirst()
        .orElse(null);
  }

  /** The events in the list now, newest first; those older than 30 days are discarded. */
  List<Event> listed() {
    var now = clock.instant();
    return events.reversed().stream()
        .filter(event -> event.listedAt != null && !event.listedAt.isAfter(now))
        .filter(event -> !event.created.isBefore(now.minus(EVENT_RETENTION)))
        .toList();
  }

  // Actions of customers

  /** Completes the session with a payment that succeeds at once. */
  public void pay(Session session, long rate) {
    session.status = Status.COMPLETE;
    session.paid = true;
    if (session.total > 0) {
      session.payment = new CardPayment(id(""), session, rate);
    }
    emit("checkout.session.completed", session);
  }

  public void discount(Session session, long total) {
    session.total = total;
  }

  /** Completes the session with a delayed payment. */
  public void payLater(Session session, long rate) {
    session.status = Status.COMPLETE;
    session.payment = new CardPayment(id(""), session, rate);
    emit("checkout.session.completed", session);
  }

  public void settle(Session session) {
    session.paid = true;
    emit("checkout.session.async_payment_succeeded", session);
  }

  public void failPayment(Session session) {
    java.util.Objects.requireNonNull(session.payment).failed = true;
    emit("checkout.session.async_payment_failed", session);
  }

  public void expire(Session session) {
    session.status = Status.EXPIRED;
    emit("checkout.session.expired", session);
  }

  /** Emits another event with a new id for a completed session. */
  public void emitAgain(Session session) {
    emit("checkout.session.completed", session);
  }

  // Actions of banks and operators

  public Refund refund(CardPayment payment, long cents, String currency, String status) {
    var refund = new Refund(id("re_"), payment, cents, currency, status, clock.instant());
    payment.refunds.add(refund);
    emit("refund.created", payment.session, refund.json());
    emit("charge.refunded", payment.session, payment.chargeJson());
    return refund;
  }

  public void update(Refund refund, String status) {
    refund.status = status;
    var type = status.equals("failed") ? "refund.failed" : "refund.updated";
    emit(type, refund.payment.session, refund.json());
  }

  public Dispute dispute(CardPayment payment, long cents, String currency) {
    var dispute = new Dispute(id("du_"), payment, cents, currency, clock.instant());
    payment.disputes.add(dispute);
    return dispute;
  }

  public void withdraw(Dispute dispute, long cents) {
    dispute.movements.add(
        new Dispute.Movement(
            id("txn_"), clock.instant(), cents, -cents * dispute.payment.rate, 1500));
    emit("charge.dispute.funds_withdrawn", dispute.payment.session, dispute.json());
  }

  /**
   * Returns money of a dispute to us.
   *
   * @param rate the current exchange rate
   */
  public void reinstate(Dispute dispute, long cents, String status, long rate) {
    dispute.status = status;
    dispute.movements.add(
        new Dispute.Movement(id("txn_"), clock.instant(), -cents, cents * rate, 0));
    emit("charge.dispute.funds_reinstated", dispute.payment.session, dispute.json());
  }

  private void emit(String type, Session session) {
    emit(type, session, session.json(false));
  }

  private void emit(String type, Session session, ObjectNode object) {
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
