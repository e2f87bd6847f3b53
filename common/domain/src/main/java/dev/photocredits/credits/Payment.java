package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.values.Credits;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a payment granted, and how much of its money has been returned since. The recorded state
 * only grows, and the credits to reverse follow from it alone, so the order of updates does not
 * matter. Refunds and disputes in another currency than the customer's payment do not count.
 *
 * @param grant what the payment granted; null until then, since updates may arrive before the grant
 * @param refunded the highest total of all refunds that was reported, in minor units by currency
 * @param refunds the refunds that were reported one by one
 * @param reversed the credits that have been reversed, including those that became debt
 * @param version increases by one with every change
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
   * What a payment granted.
   *
   * @param charged all that the customer paid
   */
  public record Grant(Email owner, SessionId session, Credits credits, Money charged) {

    public static Grant of(Email owner, Purchase purchase, Charge charge) {
      return new Grant(owner, purchase.session(), purchase.credits(), charge.amount());
    }
  }

  /** Returns this payment with the pseudonym as the owner of its grant, if there is a grant. */
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

  /** Creates a payment about which nothing is known. */
  public static Payment unknown(PaymentIntentId id) {
    return new Payment(id, null, Map.of(), Map.of(), Map.of(), Credits.NONE, 0);
  }

  /** Records the grant, with the credits reversed that are due by what is already known. */
  public Payment granted(Grant added) {
    if (grant != null) {
      throw new IllegalStateException("the payment already has a grant");
    }
    return new Payment(id, added, refunded, refunds, disputes, Credits.NONE, version).changed();
  }

  /**
   * Returns this payment with that grant and that many reversed credits; this payment itself if it
   * has both. Whether more is due is for {@link #settled} to apply.
   */
  Payment repaired(Grant rightGrant, Credits rightReversed) {
    return rightGrant.equals(grant) && rightReversed.equals(reversed)
        ? this
        : new Payment(id, rightGrant, refunded, refunds, disputes, rightReversed, version + 1);
  }

  /**
   * Returns this payment with all due credits reversed; this payment itself if they already are.
   */
  public Payment settled() {
    return due().equals(reversed) ? this : changed();
  }

  /** Records an update; returns this payment itself if the update adds nothing. */
  public Payment updatedBy(PaymentUpdate update) {
    var next =
        switch (update) {
          case PaymentUpdate.RefundTotal(_, var total) ->
              recording(
                  with(refunded, total.currency(), total.minorUnits(), Math::max),
                  refunds,
                  disputes);
          case PaymentUpdate.RefundUpdate(_, var refund, var state) ->
              recording(refunded, with(refunds, refund, state, RefundState::merge), disputes);
          case PaymentUpdate.DisputeUpdate(_, var dispute, var state) ->
              recording(refunded, refunds, with(disputes, dispute, state, DisputeState::merge));
        };
    return next.equals(this) ? this : next.changed();
  }

  private static <K, V> Map<K, V> with(Map<K, V> known, K key, V value, BinaryOperator<V> merge) {
    var all = new HashMap<>(known);
    all.merge(key, value, merge);
    return all;
  }

  private Payment recording(
      Map<String, Long> allRefunded,
      Map<RefundId, RefundState> allRefunds,
      Map<DisputeId, DisputeState> allDisputes) {
    return new Payment(id, grant, allRefunded, allRefunds, allDisputes, reversed, version);
  }

  private Payment changed() {
    return new Payment(id, grant, refunded, refunds, disputes, due(), version + 1);
  }

  /**
   * Whether the update is in another currency than the customer paid in; false before the grant.
   */
  public boolean isForeign(PaymentUpdate update) {
    return grant != null && !update.currency().equals(grant.charged().currency());
  }

  /** Whether a refund or dispute is on record in another currency than the customer paid in. */
  public boolean hasOtherCurrency() {
    return grant != null
        && Stream.of(
                refunded.keySet().stream(),
                refunds.values().stream().map(refund -> refund.amount().currency()),
                disputes.values().stream().map(dispute -> dispute.disputed().currency()))
            .flatMap(currencies -> currencies)
            .anyMatch(currency -> !currency.equals(grant.charged().currency()));
  }

  /**
   * The credits to reverse in total: in proportion to the share of the charge that has been
   * returned, rounded down in the customer's favour, and at most the granted credits.
   */
  public Credits due() {
    if (grant == null) {
      return Credits.NONE;
    }
    var currency = grant.charged().currency();
    var returned = Share.of(netRefunded(currency));
    for (var dispute : disputes.values()) {
      if (dispute.disputed().currency().equals(currency) && dispute.firstWithdrawal() > 0) {
        returned =
            returned.plus(
                dispute.disputed().minorUnits(), dispute.netWithdrawn(), dispute.firstWithdrawal());
      }
    }
    return returned.of(grant.credits(), grant.charged().minorUnits());
  }

  /**
   * The refunded money, in minor units. The larger of two figures counts: the sum of the refunds
   * that were reported one by one and have not failed; and the highest total that Stripe reported,
   * less the refunds that have failed. The total may include refunds that were not reported one by
   * one.
   */
  private long netRefunded(String currency) {
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

  /** An exact amount of money: the share of a dispute need not be whole minor units. */
  private record Share(BigInteger numerator, BigInteger denominator) {
    static Share of(long minorUnits) {
      return new Share(BigInteger.valueOf(minorUnits), BigInteger.ONE);
    }

    /** Adds {@code part / whole} of an amount. */
    Share plus(long minorUnits, long part, long whole) {
      var more = BigInteger.valueOf(minorUnits).multiply(BigInteger.valueOf(part));
      return new Share(
          numerator.multiply(BigInteger.valueOf(whole)).add(more.multiply(denominator)),
          denominator.multiply(BigInteger.valueOf(whole)));
    }

    /** The credits for this share of the charge, rounded down; at most those granted. */
    Credits of(Credits granted, long charged) {
      var worth =
          BigInteger.valueOf(granted.value())
              .multiply(numerator)
              .divide(denominator.multiply(BigInteger.valueOf(charged)));
      return new Credits(worth.min(BigInteger.valueOf(granted.value())).intValueExact());
    }
  }
}
