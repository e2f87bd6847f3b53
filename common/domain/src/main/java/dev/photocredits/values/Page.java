package dev.photocredits.values;

import java.util.List;

/**
 * A page of a list.
 *
 * @param hasMore whether more items follow the last of these
 */
public record Page<T>(List<T> items, boolean hasMore) {
  public Page {
    items = List.copyOf(items);
  }
}
