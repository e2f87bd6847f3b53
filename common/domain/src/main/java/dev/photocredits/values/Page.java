package dev.photocredits.values;

import java.util.List;

/**
 * A page of a list.
 *
 * @param hasMore whether the list goes on after the last of these items
 */
public record Page<T>(List<T> items, boolean hasMore) {
  public Page {
    items = List.copyOf(items);
  }
}
