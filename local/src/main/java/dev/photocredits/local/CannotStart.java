package dev.photocredits.local;

/** The local run cannot start; the message is one sentence for the person who started it. */
public final class CannotStart extends RuntimeException {
  private static final long serialVersionUID = 1;

  CannotStart(String sentence) {
    super(sentence);
  }

  CannotStart(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
