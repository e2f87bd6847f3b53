package dev.photocredits.simulator;

import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.SimulatedStripe.Terms;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a deployment sets; processes keep that of their start.
 *
 * @param catalogue what each pack holds and costs, by its key
 * @param price of a generation, in credits
 * @param lease of a generation that is drawn at once
 * @param on whether anything new is generated
 * @param welcome the credits of a new user
 * @param dailyCap how many pictures the model may be asked for in a day; 0 is no cap
 * @param dailyShare how many of them may be for one user; 0 is all
 */
record Deployment(
    Map<String, Terms> catalogue,
    int price,
    Duration lease,
    boolean on,
    int welcome,
    int dailyCap,
    int dailyShare) {

  /** The code's own catalogue. */
  static final Map<String, Terms> CATALOGUE =
      Arrays.stream(CreditPackage.values())
          .map(pack -> new Terms(pack.key(), pack.credits().value(), pack.price().minorUnits()))
          .collect(Collectors.toUnmodifiableMap(Terms::pack, Function.identity()));

  static final Duration LONGEST_LEASE = Duration.ofMinutes(2);

  /** The same with another price and lease. */
  Deployment with(int newPrice, Duration newLease) {
    return new Deployment(catalogue, newPrice, newLease, on, welcome, dailyCap, dailyShare);
  }

  Deployment with(Map<String, Terms> newCatalogue) {
    return new Deployment(newCatalogue, price, lease, on, welcome, dailyCap, dailyShare);
  }

  Deployment turned(boolean nowOn) {
    return new Deployment(catalogue, price, lease, nowOn, welcome, dailyCap, dailyShare);
  }
}
