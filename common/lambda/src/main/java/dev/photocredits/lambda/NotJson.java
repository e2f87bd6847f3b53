package dev.photocredits.lambda;

/** A text is not JSON, or nested too deep; the message does not repeat it. */
public final class NotJson extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int at;

  NotJson(int at) {
    super("not JSON at character " + at);
    this.at = at;
  }

  /** Up to where it could have been, in characters. */
  public int at() {
    return at;
  }
}
