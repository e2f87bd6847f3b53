package dev.photocredits.uploads;

import dev.photocredits.credits.Email;
import dev.photocredits.generation.ContentType;
import java.util.List;

/**
 * What somebody wants to upload.
 *
 * @param size in bytes, 1 to 20,000,000
 */
public record UploadOrder(Email owner, ContentType type, int size) {
  public static final int LARGEST = 20_000_000;

  /** The media types of photos that may be uploaded. */
  public static final List<String> TYPES =
      List.of("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif");

  public UploadOrder {
    if (!TYPES.contains(type.value()) || size < 1 || size > LARGEST) {
      throw new IllegalArgumentException("not a photo's type or size");
    }
  }
}
