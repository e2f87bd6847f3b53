package dev.photocredits.generation;

/**
 * The bytes of an encoded image and what they are: an uploaded photo, or a picture that the model
 * drew. The array is shared, not copied: nobody writes to it.
 */
public final class Image {
  private final ContentType contentType;
  private final byte[] bytes;

  public Image(ContentType contentType, byte[] bytes) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("an image has at least one byte");
    }
    this.contentType = contentType;
    this.bytes = bytes;
  }

  public ContentType contentType() {
    return contentType;
  }

  public byte[] bytes() {
    return bytes;
  }
}
