package dev.photocredits.generation;

import java.time.Instant;

/**
 * Calls of the model that end without a charge.
 *
 * @param byUser those that were made in vain by the user's own doing: cancelled, or refused by the
 *     model for their words or their photo
 * @param notMade those that were counted, and then not made
 * @param at when they were counted
 */
public record Uncharged(int byUser, int notMade, Instant at) {
  public static final Uncharged NONE = new Uncharged(0, 0, Instant.EPOCH);
}
