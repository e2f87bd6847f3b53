package dev.photocredits.checks.bench.cold;

import java.time.Duration;

/**
 * What one start cost, up to the first answer.
 *
 * @param init until the function is ready for an event or for its snapshot
 * @param restore from the snapshot until it is ready for an event; nothing on demand
 * @param first from the first event to its answer
 * @param cpu processor time of all that
 * @param cpuAfterInit the part of it that was used once init was over
 */
record Start(Duration init, Duration restore, Duration first, Duration cpu, Duration cpuAfterInit) {
  /** Everything that ever has to be waited for. */
  Duration cold() {
    return init.plus(restore).plus(first);
  }
}
