package dev.photocredits.credits;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes UUIDs of version 7, whose text sorts by the time they were made: 48 bits of milliseconds,
 * 12 bits of the fraction of the millisecond, 62 bits of chance (RFC 9562, section 6.2, method 3).
 */
public final class TimeOrderedIds {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final RandomGenerator chance;

  /**
   * @param chance must be unpredictable in production: nobody may guess an id
   */
  public TimeOrderedIds(RandomGenerator chance) {
    this.chance = chance;
  }

  public TransactionId transaction(Instant at) {
    return new TransactionId(next(at));
  }

  public GenerationId generation(Instant at) {
    return new GenerationId(next(at));
  }

  /** The items in a random order. */
  public <T> List<T> shuffled(List<T> items) {
    var shuffled = new ArrayList<>(items);
    Collections.shuffle(shuffled, chance);
    return shuffled;
  }

  public UUID next(Instant at) {
    var fraction =
        (at.getLong(ChronoField.NANO_OF_SECOND) % NANOS_PER_MILLI) * 4096 / NANOS_PER_MILLI;
    var high = (at.toEpochMilli() << 16) | 0x7000L | fraction;
    var low = (chance.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
