package dev.photocredits.checks.bench.cold;

import java.time.Duration;

/**
 * What one start cost, up to the first answer, and how long the next took.
 *
 * @param init until the function is ready for an event or for its snapshot
 * @param restore from the snapshot until it is ready for an event; nothing on demand
 * @param first from the first event to its answer
 * @param second from another event to its answer, when there are connections
 * @param cpu processor time up to the first answer
 * @param cpuAfterInit the part of it that was used once init was over
 */
record Start(
    Duration init,
    Duration restore,
    Duration first,
    Duration second,
    Duration cpu,
    Duration cpuAfterInit) {
  /** The same start, with how long the next answer took. */
  Start and(Duration second) {
    return new Start(init, restore, first, second, cpu, cpuAfterInit);
  }

  /** Everything that ever has to be waited for. */
  Duration cold() {
    return init.plus(restore).plus(first);
  }
}
