package dev.photocredits.lambda;

import dev.photocredits.credits.Email;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with a request's fields, so that the caller hears of everything at once.
 * The checks return nothing where they found a problem; {@link #check()} comes before the values
 * are used. The wording is that of the reference's validation (pydantic 2).
 */
public final class Problems {
  /** As long as an e-mail address may be. */
  private static final int LONGEST_ECHO = 254;

  /**
   * Letters and marks without a glyph: what Unicode's Default_Ignorable_Code_Point lists beyond
   * controls and formats (DerivedCoreProperties.txt), and the empty braille pattern.
   */
  private static final Pattern INVISIBLE =
      Pattern.compile(
          "[\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2065\\u2800\\u3164\\uFE00-\\uFE0F"
              + "\\uFFA0\\uFFF0-\\uFFF8\\x{E0000}-\\x{E0FFF}]");

  private final List<Map<String, @Nullable Object>> found = new ArrayList<>();

  /** What to throw for a single problem. */
  static Rejected one(String type, String message, Object... location) {
    var problems = new Problems();
    problems.add(type, message, location);
    return problems.rejection();
  }

  public void add(String type, String message, Object... location) {
    found.add(Json.object("loc", Arrays.asList(location), "msg", message, "type", type));
  }

  /** Throws the list of problems if there is any. */
  public void check() {
    if (!found.isEmpty()) {
      throw rejection();
    }
  }

  private Rejected rejection() {
    return new Rejected(Response.error(ErrorCode.VALIDATION_ERROR, List.copyOf(found)));
  }

  public void missing(String field) {
    add("missing", "Field required", "body", field);
  }

  public void notText(String field) {
    add("string_type", "Input should be a valid string", "body", field);
  }

  public Optional<Email> email(String field, String text) {
    var email = Email.parse(text);
    if (email.isEmpty()) {
      add("value_error", "Value error, Invalid email format: " + echo(text), "body", field);
    }
    return email;
  }

  /** A text that is not blank and has at most that many characters (code points). */
  public Optional<String> text(String field, String text, int longest) {
    if (isBlank(text)) {
      add("string_too_short", "String should have at least 1 character", "body", field);
      return Optional.empty();
    }
    if (text.codePointCount(0, text.length()) > longest) {
      add(
          "string_too_long",
          "String should have at most " + longest + " characters",
          "body",
          field);
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /** What an error says of what a caller typed: the first 254 characters. */
  static String echo(String typed) {
    return typed.codePointCount(0, typed.length()) <= LONGEST_ECHO
        ? typed
        : typed.substring(0, typed.offsetByCodePoints(0, LONGEST_ECHO));
  }

  // Spaces of every kind, and characters of which nothing is seen.
  private static boolean isBlank(String text) {
    return text.codePoints().allMatch(Problems::isInvisible);
  }

  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT ->
          true;
      default -> INVISIBLE.matcher(Character.toString(character)).matches();
    };
  }

  /** One of a few values; {@code found} is nothing if the text named none of {@code names}. */
  public <T> Optional<T> oneOf(String field, Optional<T> found, Collection<String> names) {
    if (found.isEmpty()) {
      var quoted = names.stream().map(name -> "'" + name + "'").toList();
      var last = quoted.size() - 1;
      add(
          "enum",
          "Input should be "
              + String.join(", ", quoted.subList(0, last))
              + " or "
              + quoted.get(last),
          "body",
          field);
    }
    return found;
  }
}
