package dev.photocredits.uploads;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The media type that a client declared for a photo, in lower case and without parameters. It does
 * not determine the format, which the bytes do: many clients send {@code application/octet-stream}
 * or no type at all.
 */
public record DeclaredType(String value) {
  private static final String UNKNOWN = "application/octet-stream";

  /** Allows the characters of names in RFC 6838, section 4.2, and the asterisk of media ranges. */
  private static final Pattern OF_A_PHOTO =
      Pattern.compile("image/[a-z0-9!#$&^_.+*-]{1,127}|(application|binary)/octet-stream");

  public DeclaredType {
    if (!OF_A_PHOTO.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a photo is declared as image/* or application/octet-stream");
    }
  }

  /**
   * Parses a declared type; returns nothing if it is not one of a photo. A blank text means that no
   * type was declared.
   */
  public static Optional<DeclaredType> parse(String text) {
    var type = text.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return Optional.of(text.isBlank() ? UNKNOWN : type)
        .filter(known -> OF_A_PHOTO.matcher(known).matches())
        .map(DeclaredType::new);
  }
}
