package dev.photocredits.credits;

import java.util.List;

/**
 * A stretch of a list that is read newest first.
 *
 * @param hasMore whether there are items older than the last of these
 */
public record Page<T>(List<T> items, boolean hasMore) {
  public Page {
    items = List.copyOf(items);
  }
}
