package dev.photocredits.emulators;

/** The local run cannot start. The message is one sentence for the user who started it. */
public final class StartupFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StartupFailure(String sentence) {
    super(sentence);
  }

  public StartupFailure(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
