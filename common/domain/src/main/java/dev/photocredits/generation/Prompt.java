package dev.photocredits.generation;

/** What a person asks for, as they typed it: not blank, 2000 characters (code points) at most. */
public record Prompt(String text) {
  public static final int LONGEST = 2000;

  /** What stands for the prompt of somebody who has been erased. */
  static final Prompt ERASED = new Prompt("erased");

  public Prompt {
    if (text.isBlank() || text.codePointCount(0, text.length()) > LONGEST) {
      throw new IllegalArgumentException("a prompt has 1 to " + LONGEST + " characters");
    }
  }
}
