package dev.photocredits.images;

/**
 * The bytes and the media type of an encoded image: an uploaded photo or a generated picture. The
 * array is shared, not copied; nothing may write to it.
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
