package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.Heard;
import dev.photocredits.credits.ReversalOutcome.OtherCurrency;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.SaleOutcome.NotOurs;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Grants the credits of paid Checkout Sessions, once for each session, and reverses credits when
 * their money is returned.
 */
public final class Fulfilment {
  /**
   * Updates younger than this are trusted as they are. Stripe repeats an event within minutes at
   * first, and then for three days.
   */
  private static final Duration FRESH = Duration.ofMinutes(10);

  private static final String FOREIGN_MONEY =
      "a refund or dispute is in another currency than its payment: no credit has moved";
  private static final String FAILED_REFUND =
      "a refund failed: we still have the money, and the customer has the credits again";

  private final Accounts accounts;
  private final Ledger ledger;
  private final PurchaseOrders orders;
  private final PaymentLookup lookup;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Fulfilment(
      Accounts accounts,
      Ledger ledger,
      PurchaseOrders orders,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.accounts = accounts;
    this.ledger = ledger;
    this.orders = orders;
    this.lookup = lookup;
    this.ids = ids;
    this.clock = clock;
  }

  /** Looks up a session at the provider. Writes nothing. */
  public SessionLookupOutcome find(SessionId id) {
    return lookup.find(id);
  }

  /**
   * Returns what was sold: the credits and price of the purchase order if there is one, else those
   * of the pack in our catalogue. Writes nothing.
   */
  public SaleOutcome sale(SaleTerms terms) {
    var order = Optional.ofNullable(terms.order()).flatMap(id -> orders.find(terms.buyer(), id));
    var sale =
        order
            .map(PurchaseOrder::sale)
            .or(() -> Optional.ofNullable(terms.pack()).map(CreditPackage::sale));
    if (sale.isEmpty()) {
      return new NotOurs("it names no purchase order and no pack that we know");
    }
    var currency = terms.currency();
    return currency == null || currency.equals(sale.get().price().currency())
        ? sale.get()
        : new NotOurs("it is not in the currency in which it was sold");
  }

  /**
   * Grants what a session sold, as reported at a given time. A recent report is granted even if the
   * provider cannot be reached. An older one may be out of date: the refunds and disputes of the
   * payment may no longer be on record, at the provider or here. So the provider is asked first, as
   * in {@link #fulfilLate}.
   *
   * @param reportedAt when the provider reported it; null counts as recent
   */
  public FulfilmentOutcome fulfil(PaidSession session, @Nullable Instant reportedAt) {
    return reportedAt == null || reportedAt.plus(FRESH).isAfter(clock.instant())
        ? fulfil(session)
        : fulfilLate(session);
  }

  /**
   * Grants what a session sold, after asking the provider what has happened to the payment since; a
   * session that is already granted is left alone. Throws {@link LookupUnavailable} if the provider
   * does not answer: retry later. A session that the provider does not know is granted as reported.
   */
  public FulfilmentOutcome fulfilLate(PaidSession session) {
    return ledger
        .findGrant(session.id())
        .<FulfilmentOutcome>map(Fulfilled::new)
        .orElseGet(() -> fulfilAsFound(session));
  }

  private FulfilmentOutcome fulfilAsFound(PaidSession session) {
    return switch (lookup.find(session.id())) {
      case FoundSession found -> fulfil(Objects.requireNonNullElse(found.paid(), session));
      case SessionLookupOutcome.NoSuchSession _ -> fulfil(session);
      case SessionLookupOutcome.LookupFailed(var why) -> throw new LookupUnavailable(why);
    };
  }

  /**
   * Like {@link #fulfilLate}, but also repairs a grant of which a restored table has lost a part.
   */
  public FulfilmentOutcome fulfilAndRepair(PaidSession session) {
    return ledger.findGrant(session.id()).isPresent() ? fulfil(session) : fulfilAsFound(session);
  }

  /**
   * Grants what a session sold, less the credits whose money is known to have been returned. A
   * repeat writes nothing. A payer without an account becomes a user first: a payment that arrived
   * is never refused. Throws {@link IllegalStateException} if the account disappears again: retry
   * later.
   */
  public FulfilmentOutcome fulfil(PaidSession session) {
    return switch (sale(session.terms())) {
      case NotOurs notOurs -> notOurs;
      case Sale sale -> new Fulfilled(grant(session, sale));
    };
  }

  private GrantOutcome.Fulfilled grant(PaidSession session, Sale sale) {
    for (var update : session.updates()) {
      var _ = reverse(update);
    }
    var now = clock.instant();
    var buyer = session.terms().buyer();
    var purchase =
        new Purchase(
            ids.transaction(now),
            session.id(),
            sale.credits(),
            session.paid(sale.price()),
            "Purchase: " + sale.title(),
            now);
    var charge = session.charge(sale.price());
    var order = session.terms().order();
    return switch (ledger.grant(buyer, purchase, charge, order)) {
      case GrantOutcome.Fulfilled granted -> granted;
      case GrantOutcome.NoSuchUser _ -> {
        var _ = accounts.open(buyer);
        yield switch (ledger.grant(buyer, purchase, charge, order)) {
          case GrantOutcome.Fulfilled granted -> granted;
          case GrantOutcome.NoSuchUser _ ->
              throw new IllegalStateException("the account disappeared: not granted");
        };
      }
    };
  }

  /**
   * Looks up the state of a dispute at the provider, for events that do not contain it. Throws
   * {@link LookupUnavailable} if the provider does not answer: retry later.
   */
  public PaymentUpdate look(DisputeId dispute) {
    return lookup.dispute(dispute);
  }

  /**
   * Looks up the object of an event at the provider, and returns what to do about its current
   * state. Throws {@link LookupUnavailable} if the provider does not answer: retry later.
   */
  public PaymentNotification notification(ProviderEvent event) {
    return lookup.notification(event);
  }

  /**
   * Says what an operator must look at after a grant, in one sentence for the log; nothing in most
   * cases.
   */
  public static Optional<String> attention(FulfilmentOutcome outcome) {
    return switch (outcome) {
      case NotOurs(var problem) -> Optional.of("not a session of ours: " + problem);
      case Fulfilled(Granted(_, _, var hasOtherCurrency)) -> foreignMoney(hasOtherCurrency);
      case Fulfilled(AlreadyGranted(var hasOtherCurrency)) -> foreignMoney(hasOtherCurrency);
    };
  }

  private static Optional<String> foreignMoney(boolean isKnown) {
    return isKnown ? Optional.of(FOREIGN_MONEY) : Optional.empty();
  }

  /**
   * Says what an operator must look at after an update, in one sentence for the log; nothing in
   * most cases.
   */
  public static Optional<String> attention(PaymentUpdate update, Heard outcome) {
    return switch (outcome) {
      case OtherCurrency _ -> Optional.of(FOREIGN_MONEY);
      case AlreadyRecorded _ -> Optional.empty();
      case RecordedOnly _, Reversed _ ->
          update instanceof PaymentUpdate.RefundUpdate(_, _, var state) && state.hasFailed()
              ? Optional.of(FAILED_REFUND)
              : Optional.empty();
    };
  }

  /**
   * Withdraws credits as the money of a payment is returned to the customer, or returns them as it
   * comes back. A repeat writes nothing, and the order of updates does not matter. The payment of
   * an erased user belongs to the pseudonym, which may have debt. If the account of the owner is
   * missing, it is opened again and gets the debt, unless the owner is a pseudonym. Throws {@link
   * IllegalStateException} if the account disappears again, or belongs to a pseudonym: retry later.
   */
  public Heard reverse(PaymentUpdate update) {
    var now = clock.instant();
    var id = ids.transaction(now);
    return switch (ledger.reverse(update, id, now)) {
      case Heard heard -> heard;
      case ReversalOutcome.NoSuchUser(var owner) -> {
        var _ = accounts.open(owner);
        yield switch (ledger.reverse(update, id, now)) {
          case Heard heard -> heard;
          case ReversalOutcome.NoSuchUser _ ->
              throw new IllegalStateException("the account disappeared: not reversed");
        };
      }
    };
  }
}
