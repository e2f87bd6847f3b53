package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.ForeignMoney;
import dev.photocredits.credits.ReversalOutcome.Heard;
import dev.photocredits.credits.ReversalOutcome.KnownAlready;
import dev.photocredits.credits.ReversalOutcome.Noted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.SaleOutcome.NotOurs;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives a customer the credits that they paid for, once for each Checkout Session, and takes them
 * back when the money goes back.
 */
public final class Fulfilment {
  /** Stripe sends an event again within minutes at first, and then for three days. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  private static final String FOREIGN_MONEY =
      "a refund or dispute is in another currency than its payment: no credit has moved";
  private static final String FAILED_REFUND =
      "a refund failed: its money stayed here, and its credits are the customer's again";

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

  /** The session of that id, if the provider tells of one that is ours. Writes nothing. */
  public FindOutcome find(SessionId id) {
    return lookup.find(id);
  }

  /**
   * What was sold by those terms: the purchase order's credits and price, if one is kept, else
   * those of the pack in our catalogue. Writes nothing.
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
   * Grants the credits that were sold by what was told at that time. News that are fresh are
   * granted even if the provider cannot be reached. Older ones may have been overtaken: what is
   * known of the payment may have been forgotten, by the provider or by us. So the provider is
   * asked first.
   *
   * @param toldAt when the provider told it; by news without a time as if they were fresh
   */
  public FulfilmentOutcome fulfil(PaidSession session, @Nullable Instant toldAt) {
    return toldAt == null || toldAt.plus(FRESH).isAfter(clock.instant())
        ? fulfil(session)
        : fulfilLate(session);
  }

  /**
   * Grants the credits that were sold after asking the provider what has become of the payment
   * since, unless the session was granted before. Throws {@link LookupUnavailable} if the provider
   * does not tell: to be asked again. One that the provider does not know is granted as it was
   * told.
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
      case FindOutcome.NoSuchSession _ -> fulfil(session);
      case FindOutcome.NotTold(var why) -> throw new LookupUnavailable(why);
    };
  }

  /**
   * As {@link #fulfilLate}, and looks whether a session that was granted before is whole: heals
   * what a restored table has lost of it.
   */
  FulfilmentOutcome fulfilAnew(PaidSession session) {
    return ledger.findGrant(session.id()).isPresent() ? fulfil(session) : fulfilAsFound(session);
  }

  /**
   * Grants the credits that were sold, less what is known to have gone back of their money. A
   * repeat writes nothing, whatever brought it. A payer whom we do not know becomes a user first:
   * money that arrived is never refused. Throws if they vanish again: to be asked again.
   */
  public FulfilmentOutcome fulfil(PaidSession session) {
    return switch (sale(session.terms())) {
      case NotOurs notOurs -> notOurs;
      case Sale sale -> new Fulfilled(grant(session, sale));
    };
  }

  private GrantOutcome.Fulfilled grant(PaidSession session, Sale sale) {
    for (var news : session.moved()) {
      var _ = reverse(news);
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
              throw new IllegalStateException("the user vanished: not granted");
        };
      }
    };
  }

  /**
   * How that dispute stands at the provider, for news that do not tell it themselves. Throws {@link
   * LookupUnavailable} if the provider does not tell: to be asked again.
   */
  public MoneyMoved look(DisputeId dispute) {
    return lookup.dispute(dispute);
  }

  /**
   * What there is to do about the object of that event now. Throws {@link LookupUnavailable} if the
   * provider does not tell: to be asked again.
   */
  public PaymentNews news(ProviderEvent event) {
    return lookup.news(event);
  }

  /** What an operator has to look at after a grant, in a sentence for the log. */
  public static Optional<String> attention(FulfilmentOutcome outcome) {
    return switch (outcome) {
      case NotOurs(var problem) -> Optional.of("not a session of ours: " + problem);
      case Fulfilled(Granted(_, _, var knowsForeignMoney)) -> foreignMoney(knowsForeignMoney);
      case Fulfilled(AlreadyGranted(var knowsForeignMoney)) -> foreignMoney(knowsForeignMoney);
    };
  }

  private static Optional<String> foreignMoney(boolean isKnown) {
    return isKnown ? Optional.of(FOREIGN_MONEY) : Optional.empty();
  }

  /** What an operator has to look at after that news, in a sentence for the log. */
  public static Optional<String> attention(MoneyMoved news, Heard outcome) {
    return switch (outcome) {
      case ForeignMoney _ -> Optional.of(FOREIGN_MONEY);
      case KnownAlready _ -> Optional.empty();
      case Noted _, Reversed _ ->
          news instanceof MoneyMoved.Refund(_, _, var state) && state.hasFailed()
              ? Optional.of(FAILED_REFUND)
              : Optional.empty();
    };
  }

  /**
   * Takes credits back as the money of a payment went back, or gives them back as it came back. A
   * repeat writes nothing, and the order of the news does not matter. The payment of a user who was
   * erased is their pseudonym's, who may owe. An owner whose account is missing becomes a user
   * again, and owes; a pseudonym does not. Throws if the account vanishes again, or is a
   * pseudonym's: to be asked again.
   */
  public Heard reverse(MoneyMoved news) {
    var now = clock.instant();
    var id = ids.transaction(now);
    return switch (ledger.reverse(news, id, now)) {
      case Heard heard -> heard;
      case ReversalOutcome.NoSuchUser(var owner) -> {
        var _ = accounts.open(owner);
        yield switch (ledger.reverse(news, id, now)) {
          case Heard heard -> heard;
          case ReversalOutcome.NoSuchUser _ ->
              throw new IllegalStateException("the user vanished: not reversed");
        };
      }
    };
  }
}
