package dev.photocredits.values;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Creates version 7 UUIDs, whose text sorts by the time of creation: 48 bits of milliseconds, 12
 * bits of the fraction of the millisecond, and 62 random bits (RFC 9562, section 6.2, method 3).
 */
public final class TimeOrderedIds {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final RandomGenerator random;

  /**
   * @param random must be unpredictable in production, so that ids cannot be guessed
   */
  public TimeOrderedIds(RandomGenerator random) {
    this.random = random;
  }

  public TransactionId transaction(Instant at) {
    return new TransactionId(next(at));
  }

  public GenerationId generation(Instant at) {
    return new GenerationId(next(at));
  }

  /** Returns the items in random order. */
  public <T> List<T> shuffled(List<T> items) {
    var shuffled = new ArrayList<>(items);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  public UUID next(Instant at) {
    var fraction =
        (at.getLong(ChronoField.NANO_OF_SECOND) % NANOS_PER_MILLI) * 4096 / NANOS_PER_MILLI;
    var high = (at.toEpochMilli() << 16) | 0x7000L | fraction;
    var low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
