package dev.photocredits.simulator;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FindOutcome;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.PaymentHistory.Told;
import dev.photocredits.payments.PaymentNews;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What Stripe holds, and the truth about the money; it never fails by itself. */
final class SimulatedStripe {
  private final InstantSource clock;
  private final Map<Email, CustomerId> customers = new LinkedHashMap<>();
  private final Map<UUID, Session> attempts = new LinkedHashMap<>();
  final Map<SessionId, Session> sessions = new LinkedHashMap<>();
  final List<Event> events = new ArrayList<>();

  SimulatedStripe(InstantSource clock) {
    this.clock = clock;
  }

  /** A Checkout Session and what became of its money, in cents. */
  static final class Session {
    final SessionId id;
    final Email email;
    final CreditPackage pack;
    final PaymentIntentId payment;
    Status status = Status.OPEN;
    long charged;
    long refunded;
    final Map<String, Long> withdrawn = new TreeMap<>();
    final TreeSet<String> reinstated = new TreeSet<>();

    private Session(String id, Email email, CreditPackage pack) {
      this.id = new SessionId("cs_" + id);
      this.email = email;
      this.pack = pack;
      this.payment = new PaymentIntentId("pi_" + id);
      this.charged = pack.price().minorUnits();
    }

    PaidSession paid() {
      return new PaidSession(
          id,
          email,
          pack,
          Money.usd(charged),
          charged == 0 ? null : new Charge(payment, Money.usd(charged)));
    }

    /** What has become of the money by now. */
    private List<MoneyMoved> moved() {
      var moved = new ArrayList<MoneyMoved>();
      if (refunded > 0) {
        moved.add(new MoneyMoved.Refunded(payment, Money.usd(refunded)));
      }
      withdrawn.forEach(
          (dispute, cents) ->
              moved.add(
                  reinstated.contains(dispute)
                      ? Samples.reinstated(payment, dispute, cents)
                      : Samples.withdrawn(payment, dispute, cents)));
      return moved;
    }

    /** The credits that the customer has paid for and not got their money back for. */
    int worth() {
      if (status != Status.PAID) {
        return 0;
      }
      var gone = refunded;
      for (var dispute : withdrawn.entrySet()) {
        gone += reinstated.contains(dispute.getKey()) ? 0 : dispute.getValue();
      }
      var credits = pack.credits().value();
      return charged == 0 ? credits : credits - (int) (credits * Math.min(gone, charged) / charged);
    }
  }

  /**
   * Something that Stripe tells the webhook of until it is accepted.
   *
   * @param completed whether it is a {@code checkout.session.completed}, paid or not
   */
  record Event(String id, Instant created, Session session, boolean completed, PaymentNews news) {}

  CustomerId customer(Email email) {
    return customers.computeIfAbsent(email, _ -> new CustomerId("cus_" + customers.size()));
  }

  int customers() {
    return customers.size();
  }

  Session open(Email email, CreditPackage pack, UUID attempt) {
    return attempts.computeIfAbsent(
        attempt,
        _ -> {
          var session = new Session(Integer.toString(sessions.size() + 1), email, pack);
          sessions.put(session.id, session);
          return session;
        });
  }

  FindOutcome find(SessionId id) {
    var session = sessions.get(id);
    return session == null
        ? new NoSuchSession()
        : new FoundSession(
            id,
            session.email,
            session.pack,
            session.status,
            session.status == Status.PAID ? session.paid().after(session.moved()) : null);
  }

  // What people and banks do

  void pay(Session session) {
    session.status = Status.PAID;
    tell(session, true, new PaymentNews.Paid(session.paid()));
  }

  /** Pays with a coupon that leaves nothing to pay. */
  void redeem(Session session) {
    session.charged = 0;
    pay(session);
  }

  void payLater(Session session) {
    session.status = Status.PENDING;
    tell(session, true, new PaymentNews.Nothing());
  }

  void settle(Session session) {
    session.status = Status.PAID;
    tell(session, false, new PaymentNews.Paid(session.paid()));
  }

  void bounce(Session session) {
    session.status = Status.EXPIRED;
    tell(session, false, new PaymentNews.Nothing());
  }

  /** Tells of a completed session again, under another event id. */
  void tellAgain(Session session) {
    tell(
        session,
        true,
        session.status == Status.PAID
            ? new PaymentNews.Paid(session.paid())
            : new PaymentNews.Nothing());
  }

  void refund(Session session, long cents) {
    session.refunded = Math.min(session.charged, session.refunded + cents);
    tell(session, new MoneyMoved.Refunded(session.payment, Money.usd(session.refunded)));
  }

  void withdraw(Session session, String dispute, long cents) {
    session.withdrawn.put(dispute, cents);
    tell(session, Samples.withdrawn(session.payment, dispute, cents));
  }

  void reinstate(Session session, String dispute) {
    session.reinstated.add(dispute);
    tell(
        session,
        Samples.reinstated(
            session.payment, dispute, Objects.requireNonNull(session.withdrawn.get(dispute))));
  }

  private void tell(Session session, MoneyMoved money) {
    tell(session, false, new PaymentNews.Moved(money));
  }

  private void tell(Session session, boolean completed, PaymentNews news) {
    var id = "evt_" + (events.size() + 1);
    events.add(new Event(id, clock.instant(), session, completed, news));
  }

  /** The events of that time, newest first, five a page. */
  Page<Told> page(Instant since, Instant until, @Nullable String after) {
    var found =
        events.reversed().stream()
            .filter(event -> event.created().getEpochSecond() >= since.getEpochSecond())
            .filter(event -> event.created().getEpochSecond() <= until.getEpochSecond())
            .map(event -> new Told(event.id(), event.news()))
            .toList();
    var from = 0;
    while (after != null && from < found.size() && !found.get(from).event().equals(after)) {
      from++;
    }
    var rest = found.subList(after == null ? 0 : Math.min(from + 1, found.size()), found.size());
    return new Page<>(rest.stream().limit(5).toList(), rest.size() > 5);
  }
}
