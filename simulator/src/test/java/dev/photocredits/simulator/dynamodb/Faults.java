package dev.photocredits.simulator.dynamodb;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/** Chooses the fault of each attempt. */
@FunctionalInterface
public interface Faults {
  Faults NONE = _ -> Fault.NONE;

  /** The fault of this attempt; it must be one that can strike the request. */
  Fault strike(DynamoDbRequest request);

  /**
   * Strikes this percentage of attempts, each with a random one of the faults that can strike it.
   */
  static Faults random(RandomGenerator random, int percent, List<Fault> faults) {
    return request -> {
      if (random.nextInt(100) >= percent) {
        return Fault.NONE;
      }
      var possible = faults.stream().filter(fault -> fault.strikes(request)).toList();
      return possible.isEmpty() ? Fault.NONE : possible.get(random.nextInt(possible.size()));
    };
  }

  /** These faults, but only the given one between two times. */
  default Faults during(Instant from, Instant until, InstantSource clock, Fault fault) {
    return request -> {
      var now = clock.instant();
      return now.isBefore(from) || !now.isBefore(until) ? strike(request) : fault;
    };
  }
}
