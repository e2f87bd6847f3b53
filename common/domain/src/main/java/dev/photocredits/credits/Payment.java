package dev.photocredits.credits;

import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.MoneyMoved.Reinstated;
import dev.photocredits.credits.MoneyMoved.Withdrawn;
import dev.photocredits.credits.Transaction.Purchase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a payment granted, and how much of its money has gone back since. What is known only grows,
 * and the credits to take back follow from it alone, so the order of the news does not matter.
 *
 * @param grant what it paid for, once that has been granted; the news may be earlier
 * @param refunded the most that we heard was refunded, in minor units
 * @param withdrawn what banks took back, in minor units, by dispute
 * @param reinstated the disputes whose money came back
 * @param reversed the credits that have been taken back for it, or are owed
 * @param version grows by one with every change
 */
public record Payment(
    PaymentIntentId id,
    @Nullable Grant grant,
    long refunded,
    Map<String, Long> withdrawn,
    Set<String> reinstated,
    Credits reversed,
    int version) {

  public Payment {
    withdrawn = Map.copyOf(withdrawn);
    reinstated = Set.copyOf(reinstated);
  }

  /**
   * What a payment paid for.
   *
   * @param charged all that the customer paid, in minor units
   */
  public record Grant(Email owner, SessionId session, Credits credits, long charged) {

    public static Grant of(Email owner, Purchase purchase, Charge charge) {
      return new Grant(owner, purchase.session(), purchase.credits(), charge.amount().minorUnits());
    }
  }

  /** A payment that nobody has heard of. */
  public static Payment unheardOf(PaymentIntentId id) {
    return new Payment(id, null, 0, Map.of(), Set.of(), Credits.NONE, 0);
  }

  /** The same after it has granted, with what is to be taken back by what is known already. */
  public Payment granting(Grant now) {
    if (grant != null) {
      throw new IllegalStateException("the payment has granted something already");
    }
    return new Payment(id, now, refunded, withdrawn, reinstated, Credits.NONE, version).changed();
  }

  /** The same after the news, or the very same if they are none. */
  public Payment hearing(MoneyMoved news) {
    var next =
        switch (news) {
          case Refunded(_, var total) ->
              knowing(Math.max(refunded, total.minorUnits()), withdrawn, reinstated);
          case Withdrawn(_, var dispute, var amount) -> {
            var all = new HashMap<>(withdrawn);
            all.merge(dispute, amount.minorUnits(), Math::max);
            yield knowing(refunded, all, reinstated);
          }
          case Reinstated(_, var dispute) -> {
            var all = new HashSet<>(reinstated);
            all.add(dispute);
            yield knowing(refunded, withdrawn, all);
          }
        };
    return next.equals(this) ? this : next.changed();
  }

  private Payment knowing(long total, Map<String, Long> taken, Set<String> returned) {
    return new Payment(id, grant, total, taken, returned, reversed, version);
  }

  private Payment changed() {
    return new Payment(id, grant, refunded, withdrawn, reinstated, due(), version + 1);
  }

  /**
   * The credits that the money which is gone stands for: in proportion, rounded down in the
   * customer's favour, and at most what was granted.
   */
  public Credits due() {
    if (grant == null) {
      return Credits.NONE;
    }
    var gone = Math.min(grant.charged(), Math.addExact(refunded, withdrawnNow()));
    return new Credits(
        Math.toIntExact(Math.multiplyExact(gone, grant.credits().value()) / grant.charged()));
  }

  private long withdrawnNow() {
    return withdrawn.entrySet().stream()
        .filter(dispute -> !reinstated.contains(dispute.getKey()))
        .mapToLong(Map.Entry::getValue)
        .reduce(0, Math::addExact);
  }
}
