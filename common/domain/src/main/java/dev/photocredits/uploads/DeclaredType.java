package dev.photocredits.uploads;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The media type under which a photo was sent, in lower case and without parameters. It says
 * nothing about the photo, whose bytes decide: many clients send {@code application/octet-stream}
 * or no type at all.
 */
public record DeclaredType(String value) {
  private static final String UNKNOWN = "application/octet-stream";

  /** The characters of a media type's names (RFC 6838, section 4.2), and the asterisk of ranges. */
  private static final Pattern OF_A_PHOTO =
      Pattern.compile("image/[a-z0-9!#$&^_.+*-]{1,127}|(application|binary)/octet-stream");

  public DeclaredType {
    if (!OF_A_PHOTO.matcher(value).matches()) {
      throw new IllegalArgumentException("no photo comes under this type");
    }
  }

  /** Nothing for a type under which no photo comes; a blank text declares no type at all. */
  public static Optional<DeclaredType> parse(String text) {
    var type = text.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return Optional.of(text.isBlank() ? UNKNOWN : type)
        .filter(known -> OF_A_PHOTO.matcher(known).matches())
        .map(DeclaredType::new);
  }
}
