package dev.photocredits.local;

import java.util.ArrayList;
import java.util.Deque;

/** Closes resources in the reverse order of their opening. */
public final class OpenResources {
  private OpenResources() {}

  /**
   * Closes all resources from first to last, even if some fail, and then throws the first failure.
   */
  public static void close(Deque<AutoCloseable> opened) {
    var failures = new ArrayList<Exception>();
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException("cannot close a resource", failures.getFirst());
    }
  }
}
