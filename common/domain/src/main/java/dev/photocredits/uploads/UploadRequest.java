package dev.photocredits.uploads;

import dev.photocredits.values.Email;

/**
 * A request to upload a photo.
 *
 * @param size in bytes, 1 to 20,000,000
 */
public record UploadRequest(Email owner, DeclaredType type, int size) {
  public static final int LARGEST = 20_000_000;

  public UploadRequest {
    if (size < 1 || size > LARGEST) {
      throw new IllegalArgumentException("a photo has 1 to " + LARGEST + " bytes: " + size);
    }
  }
}
