package dev.photocredits.bench.cold;

import java.time.Duration;

/**
 * The times of one start.
 *
 * @param init until the function is ready for an event or for its snapshot
 * @param restore from the snapshot until the function is ready for an event; zero on demand
 * @param first from the first event to its response
 * @param second from the second event to its response, over existing connections
 * @param cpu the CPU time until the first response
 * @param cpuAfterInit the part of {@code cpu} after init
 */
record Start(
    Duration init,
    Duration restore,
    Duration first,
    Duration second,
    Duration cpu,
    Duration cpuAfterInit) {
  /** The same start with the time of the second response. */
  Start and(Duration second) {
    return new Start(init, restore, first, second, cpu, cpuAfterInit);
  }

  /** The whole time of a cold start: init, restore and first response. */
  Duration cold() {
    return init.plus(restore).plus(first);
  }
}
