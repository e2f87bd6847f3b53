package dev.photocredits.images;

import java.util.regex.Pattern;

/** The media type of an image, such as {@code image/png}. */
public record ContentType(String value) {
  private static final Pattern IMAGE = Pattern.compile("image/[a-z0-9][a-z0-9.+-]{0,60}");

  public ContentType {
    if (!IMAGE.matcher(value).matches()) {
      throw new IllegalArgumentException("not an image's media type");
    }
  }

  public static boolean isImage(String value) {
    return IMAGE.matcher(value).matches();
  }
}
