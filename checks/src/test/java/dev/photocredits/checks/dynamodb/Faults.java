package dev.photocredits.checks.dynamodb;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/** Decides what goes wrong with each attempt. */
@FunctionalInterface
public interface Faults {
  Faults NONE = _ -> Fault.NONE;

  /** What goes wrong with that attempt; one that {@link Fault#strikes} such a request. */
  Fault strike(DynamoDbRequest request);

  /** Strikes so many attempts of a hundred, by any of those faults that may happen to them. */
  static Faults random(RandomGenerator chance, int percent, List<Fault> faults) {
    return request -> {
      if (chance.nextInt(100) >= percent) {
        return Fault.NONE;
      }
      var possible = faults.stream().filter(fault -> fault.strikes(request)).toList();
      return possible.isEmpty() ? Fault.NONE : possible.get(chance.nextInt(possible.size()));
    };
  }

  /** The same, and nothing but that fault from one time until another. */
  default Faults during(Instant from, Instant until, InstantSource clock, Fault fault) {
    return request -> {
      var now = clock.instant();
      return now.isBefore(from) || !now.isBefore(until) ? strike(request) : fault;
    };
  }
}
