package dev.photocredits.generation;

/**
 * The text of a generation request as the user typed it: not blank, at most 2000 characters (code
 * points).
 */
public record Prompt(String text) {
  public static final int LONGEST = 2000;

  /** Replaces the prompt of a deleted generation or an erased user. */
  static final Prompt ERASED = new Prompt("erased");

  public Prompt {
    if (text.isBlank() || text.codePointCount(0, text.length()) > LONGEST) {
      throw new IllegalArgumentException("a prompt has 1 to " + LONGEST + " characters");
    }
  }
}
