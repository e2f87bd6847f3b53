package dev.photocredits.json;

/**
 * Thrown if a text is not JSON or exceeds the limits of {@link JsonReader}. The message does not
 * contain the text.
 */
public final class NotJson extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int at;

  NotJson(int at) {
    super("not JSON at character " + at);
    this.at = at;
  }

  /** The position in characters at which the text stops being JSON. */
  public int at() {
    return at;
  }
}
