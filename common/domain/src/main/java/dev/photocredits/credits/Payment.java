package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Purchase;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a payment granted, and how much of its money has gone back since. What is known only grows,
 * and the credits to reverse follow from it alone, so the order of the news does not matter. Money
 * in another currency than the customer paid in counts for nothing.
 *
 * @param grant what it paid for, once that has been granted; the news may be earlier
 * @param refunded the most that all refunds together came to, in minor units by currency
 * @param refunds the refunds of which we know by themselves
 * @param reversed the credits that have been reversed for it, those included that are owed
 * @param version grows by one with every change
 */
public record Payment(
    PaymentIntentId id,
    @Nullable Grant grant,
    Map<String, Long> refunded,
    Map<RefundId, RefundState> refunds,
    Map<DisputeId, DisputeState> disputes,
    Credits reversed,
    int version) {

  public Payment {
    refunded = Map.copyOf(refunded);
    refunds = Map.copyOf(refunds);
    disputes = Map.copyOf(disputes);
  }

  /**
   * What a payment paid for.
   *
   * @param charged all that the customer paid
   */
  public record Grant(Email owner, SessionId session, Credits credits, Money charged) {

    public static Grant of(Email owner, Purchase purchase, Charge charge) {
      return new Grant(owner, purchase.session(), purchase.credits(), charge.amount());
    }
  }

  /** The same in other hands, if it has granted something. */
  public Payment movedTo(Email pseudonym) {
    return grant == null
        ? this
        : new Payment(
            id,
            new Grant(pseudonym, grant.session(), grant.credits(), grant.charged()),
            refunded,
            refunds,
            disputes,
            reversed,
            version + 1);
  }

  /** A payment that nobody has heard of. */
  public static Payment unheardOf(PaymentIntentId id) {
    return new Payment(id, null, Map.of(), Map.of(), Map.of(), Credits.NONE, 0);
  }

  /** The same after it has granted, with what is to be reversed by what is known already. */
  public Payment granting(Grant now) {
    if (grant != null) {
      throw new IllegalStateException("the payment has granted something already");
    }
    return new Payment(id, now, refunded, refunds, disputes, Credits.NONE, version).changed();
  }

  /**
   * The same where that was granted and so many credits are reversed of it, or the very same if
   * that is what it knows. What is due is reversed by {@link #settled}.
   */
  Payment mended(Grant granted, Credits soFar) {
    return granted.equals(grant) && soFar.equals(reversed)
        ? this
        : new Payment(id, granted, refunded, refunds, disputes, soFar, version + 1);
  }

  /** The same when what is due is reversed, or the very same if it is. */
  public Payment settled() {
    return due().equals(reversed) ? this : changed();
  }

  /** The same after the news, or the very same if they are none. */
  public Payment hearing(MoneyMoved news) {
    var next =
        switch (news) {
          case MoneyMoved.Refunded(_, var total) ->
              knowing(
                  with(refunded, total.currency(), total.minorUnits(), Math::max),
                  refunds,
                  disputes);
          case MoneyMoved.Refund(_, var refund, var state) ->
              knowing(refunded, with(refunds, refund, state, RefundState::and), disputes);
          case MoneyMoved.Dispute(_, var dispute, var state) ->
              knowing(refunded, refunds, with(disputes, dispute, state, DisputeState::and));
        };
    return next.equals(this) ? this : next.changed();
  }

  private static <K, V> Map<K, V> with(Map<K, V> known, K key, V value, BinaryOperator<V> both) {
    var all = new HashMap<>(known);
    all.merge(key, value, both);
    return all;
  }

  private Payment knowing(
      Map<String, Long> total,
      Map<RefundId, RefundState> allRefunds,
      Map<DisputeId, DisputeState> allDisputes) {
    return new Payment(id, grant, total, allRefunds, allDisputes, reversed, version);
  }

  private Payment changed() {
    return new Payment(id, grant, refunded, refunds, disputes, due(), version + 1);
  }

  /** Whether that is news in another currency than the customer paid in; unknown before a grant. */
  public boolean isForeign(MoneyMoved news) {
    return grant != null && !news.currency().equals(grant.charged().currency());
  }

  /** Whether something is known in another currency than the customer paid in. */
  public boolean knowsForeignMoney() {
    return grant != null
        && Stream.of(
                refunded.keySet().stream(),
                refunds.values().stream().map(refund -> refund.amount().currency()),
                disputes.values().stream().map(dispute -> dispute.disputed().currency()))
            .flatMap(currencies -> currencies)
            .anyMatch(currency -> !currency.equals(grant.charged().currency()));
  }

  /**
   * The credits that the money which is gone stands for: in proportion to what the customer paid,
   * rounded down in their favour, and at most what was granted.
   */
  public Credits due() {
    if (grant == null) {
      return Credits.NONE;
    }
    var currency = grant.charged().currency();
    var gone = Share.of(refundedNow(currency));
    for (var dispute : disputes.values()) {
      if (dispute.disputed().currency().equals(currency) && dispute.firstWithdrawal() > 0) {
        gone =
            gone.plus(dispute.disputed().minorUnits(), dispute.gone(), dispute.firstWithdrawal());
      }
    }
    return gone.of(grant.credits(), grant.charged().minorUnits());
  }

  /**
   * What refunds have given back. Those that are known by themselves count as they stand. Their sum
   * that Stripe told may hold others, of which we have not heard: it counts, less what has failed.
   */
  private long refundedNow(String currency) {
    var standing = 0L;
    var failed = 0L;
    for (var refund : refunds.values()) {
      if (refund.amount().currency().equals(currency)) {
        var amount = refund.amount().minorUnits();
        standing = Math.addExact(standing, refund.hasFailed() ? 0 : amount);
        failed = Math.addExact(failed, refund.hasFailed() ? amount : 0);
      }
    }
    return Math.max(standing, refunded.getOrDefault(currency, 0L) - failed);
  }

  /** An exact amount of money, which a dispute's share need not be whole minor units of. */
  private record Share(BigInteger numerator, BigInteger denominator) {
    static Share of(long minorUnits) {
      return new Share(BigInteger.valueOf(minorUnits), BigInteger.ONE);
    }

    /** And {@code part} of {@code whole} of that amount. */
    Share plus(long minorUnits, long part, long whole) {
      var more = BigInteger.valueOf(minorUnits).multiply(BigInteger.valueOf(part));
      return new Share(
          numerator.multiply(BigInteger.valueOf(whole)).add(more.multiply(denominator)),
          denominator.multiply(BigInteger.valueOf(whole)));
    }

    /** The credits of which all that was charged is worth so many; rounded down. */
    Credits of(Credits granted, long charged) {
      var worth =
          BigInteger.valueOf(granted.value())
              .multiply(numerator)
              .divide(denominator.multiply(BigInteger.valueOf(charged)));
      return new Credits(worth.min(BigInteger.valueOf(granted.value())).intValueExact());
    }
  }
}
