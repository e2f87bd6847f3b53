package dev.photocredits.lambda;

/** Thrown if a setting is missing or malformed. The function does not start. */
public final class InvalidSetting extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InvalidSetting(String name, String problem) {
    super("setting " + name + " " + problem);
  }

  public InvalidSetting(String name, String problem, Throwable cause) {
    super("setting " + name + " " + problem, cause);
  }
}
