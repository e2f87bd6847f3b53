package dev.photocredits.images;

import java.util.regex.Pattern;

/**
 * The text of a generation request as the user typed it: not blank, at most 2000 characters (code
 * points).
 */
public record Prompt(String text) {
  public static final int LONGEST = 2000;

  /**
   * Characters that show nothing: white space, controls, the empty braille pattern, and Unicode's
   * Default_Ignorable_Code_Point (DerivedCoreProperties.txt), for which Java has no property. The
   * category of format characters would not do, since some of them have a glyph, such as U+06DD.
   */
  private static final Pattern BLANK =
      Pattern.compile(
          "[\\p{IsWhite_Space}\\p{IsControl}\\u2800"
              + "\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F"
              + "\\u202A-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFF8"
              + "\\x{1BCA0}-\\x{1BCA3}\\x{1D173}-\\x{1D17A}\\x{E0000}-\\x{E0FFF}]*+");

  /** Replaces the prompt of a deleted generation or an erased user. */
  public static final Prompt ERASED = new Prompt("erased");

  public Prompt {
    if (isBlank(text) || text.codePointCount(0, text.length()) > LONGEST) {
      throw new IllegalArgumentException("a prompt has 1 to " + LONGEST + " characters");
    }
  }

  /** Whether a text is empty or consists of characters that show nothing. */
  public static boolean isBlank(String text) {
    return BLANK.matcher(text).matches();
  }
}
