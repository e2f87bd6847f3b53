package dev.photocredits.simulator.execution;

import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.stripe.SimulatedStripe.Terms;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The settings of a deployment. A process keeps those that were current when it started.
 *
 * @param catalogue the credits and price of each pack, by its key
 * @param price the price of a generation, in credits
 * @param lease the lease of a synchronous generation
 * @param on whether new generations are accepted
 * @param welcome the welcome credits of a new user
 * @param dailyCap how many pictures may be requested from the model in a day; 0 means no cap
 * @param dailyShare how many of them may be for one user; 0 means all
 */
public record Deployment(
    Map<String, Terms> catalogue,
    int price,
    Duration lease,
    boolean on,
    int welcome,
    int dailyCap,
    int dailyShare) {

  /** The catalogue in the code. */
  public static final Map<String, Terms> CATALOGUE =
      Arrays.stream(CreditPackage.values())
          .map(pack -> new Terms(pack.key(), pack.credits().value(), pack.price().minorUnits()))
          .collect(Collectors.toUnmodifiableMap(Terms::pack, Function.identity()));

  public static final Duration LONGEST_LEASE = Duration.ofMinutes(2);

  /** This deployment with another price and lease. */
  public Deployment with(int newPrice, Duration newLease) {
    return new Deployment(catalogue, newPrice, newLease, on, welcome, dailyCap, dailyShare);
  }

  public Deployment with(Map<String, Terms> newCatalogue) {
    return new Deployment(newCatalogue, price, lease, on, welcome, dailyCap, dailyShare);
  }

  public Deployment turned(boolean nowOn) {
    return new Deployment(catalogue, price, lease, nowOn, welcome, dailyCap, dailyShare);
  }
}
