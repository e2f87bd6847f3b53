package dev.photocredits.local;

import java.util.ArrayList;
import java.util.Deque;

/** What was opened one after the other, the last in front. */
public final class Opened {
  private Opened() {}

  /** Closes everything, whatever fails on the way, and then throws the first failure. */
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
      throw new IllegalStateException("something did not stop", failures.getFirst());
    }
  }
}
