package dev.photocredits.http;

import dev.photocredits.images.Prompt;
import dev.photocredits.json.Json;
import dev.photocredits.values.Email;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects the problems with the fields of a request, so that the caller learns of all of them at
 * once. A check that finds a problem returns empty; callers call {@link #check()} before they use
 * the values. The wording is that of the reference's validation (pydantic 2).
 */
public final class Problems {
  /** The maximum length of an e-mail address. */
  private static final int LONGEST_ECHO = 254;

  private final List<Map<String, @Nullable Object>> found = new ArrayList<>();

  /** The exception for a single problem. */
  static Rejected one(String type, String message, Object... location) {
    var problems = new Problems();
    problems.add(type, message, location);
    return problems.rejection();
  }

  public void add(String type, String message, Object... location) {
    found.add(Json.object("loc", Arrays.asList(location), "msg", message, "type", type));
  }

  /** Throws {@link Rejected} with all problems if there are any. */
  public void check() {
    if (!found.isEmpty()) {
      throw rejection();
    }
  }

  private Rejected rejection() {
    return new Rejected(Errors.invalidFields(found));
  }

  public void missing(String field) {
    add("missing", "Field required", "body", field);
  }

  public void notText(String field) {
    add("string_type", "Input should be a valid string", "body", field);
  }

  /** A text that is not a whole number. */
  public void notWholeNumber(Object... location) {
    add(
        "int_parsing",
        "Input should be a valid integer, unable to parse string as an integer",
        location);
  }

  public Optional<Email> email(String field, String text) {
    var email = Email.parse(text);
    if (email.isEmpty()) {
      add("value_error", "Value error, Invalid email format: " + echo(text), "body", field);
    }
    return email;
  }

  /**
   * A text that is not {@link Prompt#isBlank} and has at most {@code longest} characters (code
   * points).
   */
  public Optional<String> text(String field, String text, int longest) {
    if (Prompt.isBlank(text)) {
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

  /** The part of the caller's input that an error repeats: the first 254 characters. */
  static String echo(String typed) {
    return typed.codePointCount(0, typed.length()) <= LONGEST_ECHO
        ? typed
        : typed.substring(0, typed.offsetByCodePoints(0, LONGEST_ECHO));
  }

  /** A whole number from {@code least} to {@code most}. */
  public Optional<Integer> within(long number, int least, int most, Object... location) {
    if (number < least) {
      add("greater_than_equal", "Input should be greater than or equal to " + least, location);
      return Optional.empty();
    }
    if (number > most) {
      add("less_than_equal", "Input should be less than or equal to " + most, location);
      return Optional.empty();
    }
    return Optional.of((int) number);
  }

  /** One of a few values; {@code found} is empty if the text is not one of {@code names}. */
  public <T> Optional<T> oneOf(String field, Optional<T> found, Collection<String> names) {
    if (found.isEmpty()) {
      var quoted = names.stream().map(name -> "'" + name + "'").toList();
      var last = quoted.size() - 1;
      var others = last == 0 ? "" : String.join(", ", quoted.subList(0, last)) + " or ";
      add("enum", "Input should be " + others + quoted.get(last), "body", field);
    }
    return found;
  }
}
