package dev.photocredits.generation;

import java.time.Instant;

/**
 * Calls of the model that end without a charge.
 *
 * @param byUser calls that were made and that the user caused to fail: by cancelling, or by a
 *     prompt or photo that the model rejected
 * @param notMade calls that were counted and not made
 * @param at when they were counted
 */
public record UnchargedCalls(int byUser, int notMade, Instant at) {
  public static final UnchargedCalls NONE = new UnchargedCalls(0, 0, Instant.EPOCH);
}
