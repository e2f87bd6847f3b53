package dev.photocredits.generation;

import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.values.Email;
import java.time.Instant;

/**
 * Counts calls towards the limits that bound how often a caller calls. Each call of a method counts
 * once; one that throws counts once or not at all.
 */
public interface CallCounts {

  /**
   * Counts a call of a caller towards a limit, in the window of that time. The caller needs no
   * account; while the caller's account is being erased, this throws and writes nothing.
   *
   * @return false, with nothing written, if the limit is reached
   */
  boolean count(Email caller, Limit limit, Limits limits, Instant now);

  /**
   * Counts a call from a group of source addresses towards a limit, in the window of that time.
   *
   * @return false, with nothing written, if the limit is reached
   */
  boolean count(SourceGroup source, Limit limit, Limits limits, Instant now);
}
